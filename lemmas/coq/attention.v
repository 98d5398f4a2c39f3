(* Eq. 27 (Appendix G): attention with one matrix W in the place of (W^K)^T W^Q, and its derivatives. *)

(* Proves eq.27/trained by:
   intros; pose proof (derive_linear (Z.to_nat d_d2) (Z.to_nat d_d2) (fun p q => a_X p i_i * a_X q i_j) a_W i_b i_e
     (a_W i_b i_e) ltac:(assumption) ltac:(assumption)) as D;
   split; [eexists; exact D|exact (is_derive_unique _ _ _ D)]. *)

(* <W^K X_i, W^Q X_j> with respect to an entry of W^Q. *)
Theorem derive_query (n : nat) (K Q X : nat -> nat -> R) i j c e t : (1 <= c <= n)%nat -> (1 <= e <= n)%nat ->
  is_derive (fun u => bigsum n (fun p => bigsum n (fun b => K p b * X b i) * bigsum n (fun q => with_entry Q c e u p q * X q j)))
    t (bigsum n (fun b => K c b * X b i) * X e j).
Proof.
  intros C H. eapply is_derive_ext; [|apply (derive_linear n n (fun p q => bigsum n (fun b => K p b * X b i) * X q j) Q c e t C H)].
  intro u. cbv beta. apply bigsum_ext. intros p _. rewrite <- bigsum_times. apply bigsum_ext. intros q _. ring.
Qed.
(* Proves eq.27/query by:
   intros; pose proof (derive_query (Z.to_nat d_d2) a_WK a_WQ a_X i_i i_j i_e2 i_e (a_WQ i_e2 i_e) ltac:(assumption)
     ltac:(assumption)) as D;
   split; [eexists; exact D|exact (is_derive_unique _ _ _ D)]. *)
(* Attention with the entry t of W: answer_{c,j} = sum_i value_{c,i} exp(score_{i,j}) / sum_i exp(score_{i,j}). *)
Definition score (n : Z) (X W : nat -> nat -> R) i j :=
  bigsum (Z.to_nat n) (fun b => bigsum (Z.to_nat n) (fun e => X b i * X e j * W b e)).
Definition mass (L n : Z) X W j := bigsum (Z.to_nat L) (fun i => exp (score n X W i j)).
Lemma mass_pos L n X W j : (1 <= L)%Z -> 0 < mass L n X W j.
Proof. intro H. apply bigsum_pos; [lia|]. intro. apply exp_pos. Qed.
Lemma mass_nonzero L n X W j : (1 <= L)%Z -> mass L n X W j <> 0.
Proof. intro H. pose proof (mass_pos L n X W j H). lra. Qed.
Lemma derive_weight n X W b e i j : (1 <= b <= Z.to_nat n)%nat -> (1 <= e <= Z.to_nat n)%nat ->
  is_derive (fun u => exp (score n X (with_entry W b e u) i j)) (W b e) (exp (score n X W i j) * (X b i * X e j)).
Proof.
  intros B H. eapply derive_is.
  - apply (is_derive_comp exp); [apply is_derive_exp|].
    apply (derive_linear (Z.to_nat n) (Z.to_nat n) (fun p q => X p i * X q j) W b e); assumption.
  - cbv beta. rewrite with_own_entry. apply Rmult_comm.
Qed.
Definition answer L n (value X W : nat -> nat -> R) c j :=
  bigsum (Z.to_nat L) (fun i => value c i * exp (score n X W i j)) * / mass L n X W j.
Theorem derive_answer L n value X W b e c j : (1 <= L)%Z -> (1 <= b <= Z.to_nat n)%nat -> (1 <= e <= Z.to_nat n)%nat ->
  is_derive (fun u => answer L n value X (with_entry W b e u) c j) (W b e)
    (bigsum (Z.to_nat L) (fun i => value c i * (exp (score n X W i j) * / mass L n X W j) *
      (X b i + -1 * bigsum (Z.to_nat L) (fun i2 => X b i2 * (exp (score n X W i2 j) * / mass L n X W j)))) * X e j).
Proof.
  intros M B H. pose proof (mass_nonzero L n X W j M) as N. eapply derive_is.
  - apply (is_derive_mult (fun u => bigsum (Z.to_nat L) (fun i => value c i * exp (score n X (with_entry W b e u) i j))));
      [| |intros; apply Rmult_comm].
    + apply (derive_bigsum _ (fun u i => value c i * exp (score n X (with_entry W b e u) i j))). intros i _.
      apply derive_times, derive_weight; assumption.
    + apply is_derive_inv; [|rewrite with_own_entry; exact N].
      apply (derive_bigsum _ (fun u i => exp (score n X (with_entry W b e u) i j))). intros i _. apply derive_weight; assumption.
  - cbv beta. rewrite !with_own_entry. set (E0 := fun i => exp (score n X W i j)). set (a := mass L n X W j) in *.
    unfold plus, mult. simpl.
    replace (bigsum (Z.to_nat L) (fun i => value c i * (exp (score n X W i j) * (X b i * X e j)))) with
      (X e j * bigsum (Z.to_nat L) (fun i => value c i * E0 i * X b i))
      by (rewrite <- bigsum_times; apply bigsum_ext; intros; unfold E0; ring).
    replace (bigsum (Z.to_nat L) (fun i => exp (score n X W i j) * (X b i * X e j))) with
      (X e j * bigsum (Z.to_nat L) (fun i => X b i * E0 i))
      by (rewrite <- bigsum_times; apply bigsum_ext; intros; unfold E0; ring).
    replace (bigsum (Z.to_nat L) (fun i => X b i * (exp (score n X W i j) * / a))) with
      (/ a * bigsum (Z.to_nat L) (fun i => X b i * E0 i))
      by (rewrite <- bigsum_times; apply bigsum_ext; intros; unfold E0; ring).
    set (G := bigsum (Z.to_nat L) (fun i => X b i * E0 i)).
    rewrite (bigsum_ext _ (fun i => value c i * (exp (score n X W i j) * / a) * (X b i + -1 * (/ a * G)))
      (fun i => / a * (value c i * E0 i * X b i) + (-1 * / a * / a * G) * (value c i * E0 i))) by (intros; unfold E0; ring).
    rewrite bigsum_plus, !bigsum_times. unfold E0. field. exact N.
Qed.
Ltac attention_defined :=
  first [apply every_of; intros; attention_defined | apply near_all; intro; attention_defined
        | apply (mass_nonzero _ _ _ (with_entry _ _ _ _)); assumption | apply mass_nonzero; assumption
        | split; attention_defined].
(* Proves eq.27/shared by:
   intros; pose proof (derive_answer d_L1 d_d2 a_value a_X a_W i_b i_e i_c i_j ltac:(assumption) ltac:(assumption)
     ltac:(assumption)) as D;
   split; [eexists; exact D|split; [attention_defined|split; [attention_defined|exact (is_derive_unique _ _ _ D)]]]. *)
