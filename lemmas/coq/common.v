(* Finite sums and their derivatives, and the softmax network of Section 3: what the proofs by hand have in common.
   bigsum n f is f 1 + ... + f n, delta is Kronecker's, put f i a is f with the value a at i (see Prelude). *)

Lemma bigsum_S n f : bigsum (S n) f = bigsum n f + f (S n).
Proof. destruct n; simpl; [lra|reflexivity]. Qed.
Lemma bigsum_ext n f g : (forall i, (1 <= i <= n)%nat -> f i = g i) -> bigsum n f = bigsum n g.
Proof.
  induction n as [|n IH]; intro H; [reflexivity|]. rewrite !bigsum_S, IH by (intros; apply H; lia). rewrite H by lia. reflexivity.
Qed.
Lemma bigsum_plus n f g : bigsum n (fun i => f i + g i) = bigsum n f + bigsum n g.
Proof. induction n as [|n IH]; [simpl; ring|]. rewrite !bigsum_S, IH. ring. Qed.
Lemma bigsum_times n c f : bigsum n (fun i => c * f i) = c * bigsum n f.
Proof. induction n as [|n IH]; [simpl; ring|]. rewrite !bigsum_S, IH. ring. Qed.
Lemma bigsum_zero n f : (forall i, (1 <= i <= n)%nat -> f i = 0) -> bigsum n f = 0.
Proof.
  induction n as [|n IH]; intro H; [reflexivity|]. rewrite bigsum_S, IH by (intros; apply H; lia). rewrite H by lia. ring.
Qed.
Lemma delta_same i : delta i i = 1.
Proof. unfold delta. rewrite Nat.eqb_refl. reflexivity. Qed.
Lemma delta_other i j : i <> j -> delta i j = 0.
Proof. intro H. unfold delta. apply Nat.eqb_neq in H. rewrite H. reflexivity. Qed.
Lemma bigsum_pick n f r : (1 <= r <= n)%nat -> bigsum n (fun s => f s * delta s r) = f r.
Proof.
  induction n as [|n IH]; intro H; [lia|]. rewrite bigsum_S. destruct (Nat.eq_dec r (S n)) as [->|N].
  - rewrite delta_same, bigsum_zero; [ring|]. intros i I. rewrite delta_other by lia. ring.
  - rewrite IH by lia. rewrite (delta_other (S n) r) by lia. ring.
Qed.
Lemma bigsum_pos n f : (1 <= n)%nat -> (forall i, 0 < f i) -> 0 < bigsum n f.
Proof.
  intros N P. induction n as [|n IH]; [lia|]. rewrite bigsum_S. destruct n; [simpl; pose proof (P 1%nat); lra|].
  pose proof (P (S (S n))). assert (0 < bigsum (S n) f) by (apply IH; lia). lra.
Qed.
Lemma every_of n (P : nat -> Prop) : (forall i, (1 <= i <= n)%nat -> P i) -> every n P.
Proof.
  intro H. induction n as [|[|n] IH]; [exact I|apply H; lia|split; [apply IH; intros|]; apply H; lia].
Qed.
Lemma size_nonzero n : (1 <= n)%Z -> IZR n <> 0.
Proof. intro H. apply Rgt_not_eq, IZR_lt. lia. Qed.

Lemma derive_bigsum n (f : R -> nat -> R) (f' : nat -> R) t : (forall i, (1 <= i <= n)%nat -> is_derive (fun u => f u i) t (f' i)) ->
  is_derive (fun u => bigsum n (f u)) t (bigsum n f').
Proof.
  induction n as [|n IH]; intro H; [simpl; auto_derive; auto|]. rewrite bigsum_S.
  apply is_derive_ext with (fun u => bigsum n (f u) + f u (S n)); [intro; symmetry; apply bigsum_S|].
  apply (is_derive_plus (V := R_NormedModule)); [apply IH; intros; apply H; lia|apply H; lia].
Qed.
Lemma derive_times c (f : R -> R) (f' t : R) : is_derive f t f' -> is_derive (fun u => c * f u) t (c * f').
Proof. intro H. apply (is_derive_scal f t c f' H). Qed.
Lemma derive_is (f : R -> R) (t a b : R) : is_derive f t a -> a = b -> is_derive f t b.
Proof. intros H <-. exact H. Qed.

(* The weights with t in the place of w[k, r]. *)
Definition with_entry (w : nat -> nat -> R) k r t := put w k (put (w k) r t).
Lemma with_own_entry w k r : with_entry w k r (w k r) = w.
Proof.
  apply FunctionalExtensionality.functional_extensionality. intro p.
  apply FunctionalExtensionality.functional_extensionality. intro q. unfold with_entry, put.
  destruct (Nat.eqb p k) eqn:P; [|reflexivity]. apply Nat.eqb_eq in P. subst p.
  destruct (Nat.eqb q r) eqn:Q; [|reflexivity]. apply Nat.eqb_eq in Q. subst q. reflexivity.
Qed.
Lemma derive_entry w k r p q t : is_derive (fun u => with_entry w k r u p q) t (delta p k * delta q r).
Proof.
  unfold with_entry, put, delta. destruct (Nat.eqb p k), (Nat.eqb q r); auto_derive; auto; ring.
Qed.
(* A double sum in which an entry occurs once. *)
Lemma derive_linear n m (c w : nat -> nat -> R) k r t : (1 <= k <= n)%nat -> (1 <= r <= m)%nat ->
  is_derive (fun u => bigsum n (fun p => bigsum m (fun q => c p q * with_entry w k r u p q))) t (c k r).
Proof.
  intros K H. eapply derive_is.
  - apply (derive_bigsum _ (fun u p => bigsum m (fun q => c p q * with_entry w k r u p q)) (fun p => c p r * delta p k)).
    intros p _. eapply derive_is.
    + apply (derive_bigsum _ (fun u q => c p q * with_entry w k r u p q)). intros q _. apply derive_times, derive_entry.
    + rewrite (bigsum_ext _ _ (fun q => (c p q * delta p k) * delta q r)) by (intros; ring).
      apply (bigsum_pick _ (fun q => c p q * delta p k)), H.
  - apply (bigsum_pick _ (fun p => c p r)), K.
Qed.

(* Eq. 1: E_{i,r} = exp <w_r, x_i>, alpha_i, the softmax S_{i,r} and the output F_{l,i}. *)
Definition E (d1 : Z) (w x : nat -> nat -> R) (i r : nat) := exp (bigsum (Z.to_nat d1) (fun k => w k r * x k i)).
Definition alpha d1 (m : Z) w x i := bigsum (Z.to_nat m) (fun r => E d1 w x i r).
Definition soft d1 m w x i r := E d1 w x i r * / alpha d1 m w x i.
Definition F d1 m (a w x : nat -> nat -> R) l i := IZR m * bigsum (Z.to_nat m) (fun r => a l r * soft d1 m w x i r).

Lemma alpha_pos d1 m w x i : (1 <= m)%Z -> 0 < alpha d1 m w x i.
Proof. intro M. apply bigsum_pos; [lia|]. intro. apply exp_pos. Qed.
Lemma alpha_nonzero d1 m w x i : (1 <= m)%Z -> alpha d1 m w x i <> 0.
Proof. intro M. pose proof (alpha_pos d1 m w x i M). lra. Qed.
Lemma soft_sums_to_one d1 m w x i : (1 <= m)%Z -> bigsum (Z.to_nat m) (fun r => soft d1 m w x i r) = 1.
Proof.
  intro M. rewrite (bigsum_ext _ _ (fun r => / alpha d1 m w x i * E d1 w x i r)) by (intros; unfold soft; ring).
  rewrite bigsum_times. apply Rinv_l, alpha_nonzero, M.
Qed.

(* Statements say that what they speak of is defined: no softmax has the denominator 0. *)
Lemma near_all (P : R -> Prop) t : (forall u, P u) -> near P t.
Proof. intro H. apply (filter_forall (F := locally t)), H. Qed.
Ltac defined :=
  first [apply every_of; intros; defined | apply near_all; intro; defined | apply alpha_nonzero; assumption
        | apply size_nonzero; assumption | split; defined].

(* Inequalities between sums. *)
Lemma bigsum_le n f g : (forall i, (1 <= i <= n)%nat -> f i <= g i) -> bigsum n f <= bigsum n g.
Proof.
  induction n as [|n IH]; intro H; [simpl; lra|]. rewrite !bigsum_S. apply Rplus_le_compat; [apply IH; intros|]; apply H; lia.
Qed.
Lemma bigsum_const m c : (1 <= m)%Z -> bigsum (Z.to_nat m) (fun _ => c) = IZR m * c.
Proof.
  intro M. rewrite <- (Z2Nat.id m) at 2 by lia. rewrite <- INR_IZR_INZ. generalize (Z.to_nat m). intro n.
  induction n as [|n IH]; [simpl; ring|]. rewrite bigsum_S, IH, S_INR. ring.
Qed.
Lemma bigsum_squares n f : 0 <= bigsum n (fun i => f i ^ 2).
Proof. induction n as [|n IH]; [simpl; lra|]. rewrite bigsum_S. pose proof (pow2_ge_0 (f (S n))). lra. Qed.
Lemma cauchy_step A F G a b : 0 <= F -> 0 <= G -> A ^ 2 <= F * G -> (A + a * b) ^ 2 <= (F + a ^ 2) * (G + b ^ 2).
Proof.
  intros P Q H. assert (2 * A * (a * b) <= F * b ^ 2 + G * a ^ 2); [|nra].
  apply Rsqr_incr_0_var; [unfold Rsqr|nra]. pose proof (pow2_ge_0 (F * b ^ 2 - G * a ^ 2)).
  pose proof (pow2_ge_0 (a * b)). assert (A ^ 2 * (a * b) ^ 2 <= F * G * (a * b) ^ 2) by (apply Rmult_le_compat_r; assumption).
  nra.
Qed.
Lemma cauchy_schwarz n f g :
  Rabs (bigsum n (fun i => f i * g i)) <= sqrt (bigsum n (fun i => f i ^ 2)) * sqrt (bigsum n (fun i => g i ^ 2)).
Proof.
  rewrite <- sqrt_mult by apply bigsum_squares. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr.
  replace (bigsum n (fun i => f i * g i) * bigsum n (fun i => f i * g i)) with (bigsum n (fun i => f i * g i) ^ 2) by ring.
  induction n as [|n IH]; [simpl; lra|]. rewrite !bigsum_S. apply cauchy_step; auto using bigsum_squares.
Qed.
Lemma exp_le a b : a <= b -> exp a <= exp b.
Proof. intros [H|<-]; [left; apply exp_increasing, H|right; reflexivity]. Qed.
Lemma exp_more a : 0 < a -> 1 < exp a.
Proof. intro H. rewrite <- exp_0. apply exp_increasing, H. Qed.
Lemma inverse_ratio a b g : 0 < a -> 0 < b -> 0 < g -> b <= g * a -> / a <= g * / b.
Proof.
  intros A B G H. apply (Rmult_le_reg_r (a * b)); [apply Rmult_lt_0_compat; assumption|].
  replace (/ a * (a * b)) with b by (field; lra). replace (g * / b * (a * b)) with (g * a) by (field; lra). exact H.
Qed.
