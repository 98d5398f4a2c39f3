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
