(* The derivatives of the softmax network by one weight, for every number of inputs, neurons, outputs and data:
   Eq. 2 (line 76 of the paper), gradient and step of Def. 3.3 and 3.5, the Gram matrix of Def. 3.6 (line 141). *)
From Coq Require Import Reals Lra Lia ZArith.
From Coquelicot Require Import Coquelicot.
From Proofcheck Require Import Prelude Sums.
Local Open Scope R_scope.

Lemma upd_same {A : Type} (f : nat -> A) i j : upd f i (f i) j = f j.
Proof. unfold upd. destruct (Nat.eqb_spec i j) as [->|]; reflexivity. Qed.
Lemma upd_same_2 (f : nat -> nat -> R) i j k l : upd f i (upd (f i) j (f i j)) k l = f k l.
Proof. unfold upd. destruct (Nat.eqb_spec i k) as [->|]; [destruct (Nat.eqb_spec j l) as [->|]|]; reflexivity. Qed.

(* Derivatives of finite sums, of exponentials and of quotients. *)
Lemma is_derive_bigsum n (f : nat -> R -> R) f' x : (forall i, (1 <= i <= n)%nat -> is_derive (f i) x (f' i)) ->
  is_derive (fun t => bigsum n (fun i => f i t)) x (bigsum n f').
Proof.
  induction n as [|n IH]; intro D; [apply (is_derive_const (K := R_AbsRing) (V := R_NormedModule) 0)|].
  rewrite bigsum_S. apply (is_derive_ext (fun t => bigsum n (fun i => f i t) + f (S n) t)).
  - intro t. symmetry. apply (bigsum_S n (fun i => f i t)).
  - apply @is_derive_plus; [apply IH; intros; apply D; lia | apply D; lia].
Qed.
(* An entry of a matrix, as a function of that entry or of another one. *)
Lemma is_derive_entry (w : nat -> nat -> R) k r p s x :
  is_derive (fun t => upd w k (upd (w k) r t) p s) x (delta k p * delta r s).
Proof.
  unfold upd, delta. destruct (Nat.eqb k p); [destruct (Nat.eqb r s)|].
  - replace (1 * 1) with 1 by ring. apply @is_derive_id.
  - rewrite Rmult_0_r. apply (is_derive_const (K := R_AbsRing) (V := R_NormedModule)).
  - rewrite Rmult_0_l. apply (is_derive_const (K := R_AbsRing) (V := R_NormedModule)).
Qed.
Lemma is_derive_exp_of (f : R -> R) (f' x : R) : is_derive f x f' -> is_derive (fun t => exp (f t)) x (exp (f x) * f').
Proof. intro D. rewrite Rmult_comm. apply (is_derive_comp exp f x _ _ (is_derive_exp (f x)) D). Qed.
Lemma is_derive_quotient (f g : R -> R) (f' g' x : R) : is_derive f x f' -> is_derive g x g' -> g x <> 0 ->
  is_derive (fun t => f t * / g t) x (f' * / g x + -1 * f x * g' * / g x ^ 2).
Proof.
  intros F G N. replace (f' * / g x + -1 * f x * g' * / g x ^ 2) with ((f' * g x - f x * g') / g x ^ 2)
    by (field; exact N).
  apply (is_derive_ext (fun t => f t / g t)); [reflexivity | exact (is_derive_div f g x f' g' F G N)].
Qed.

Lemma is_derive_eq (f : R -> R) (x a b : R) : is_derive f x a -> a = b -> is_derive f x b.
Proof. intros D <-. exact D. Qed.

Lemma is_derive_times (f : R -> R) (f' c x : R) : is_derive f x f' -> is_derive (fun t => f t * c) x (f' * c).
Proof.
  intro D. apply (is_derive_ext (fun t => c * f t)); [intro; apply Rmult_comm|]. rewrite Rmult_comm.
  apply (is_derive_scal f x c f' D).
Qed.

(* The logit of neuron s, as a function of the weight w k r. *)
Lemma is_derive_logit d (w : nat -> nat -> R) (x : nat -> R) k r s : (1 <= k <= d)%nat ->
  is_derive (fun t => bigsum d (fun p => upd w k (upd (w k) r t) p s * x p)) (w k r) (x k * delta s r).
Proof.
  intro K. apply (is_derive_eq _ _ (bigsum d (fun p => (x p * delta s r) * delta k p))).
  - apply (is_derive_bigsum d (fun p t => upd w k (upd (w k) r t) p s * x p)). intros p P.
    apply (is_derive_eq _ _ ((delta k p * delta r s) * x p)).
    + apply (is_derive_times (fun t => upd w k (upd (w k) r t) p s)). apply is_derive_entry.
    + rewrite (delta_sym r s). ring.
  - rewrite (bigsum_delta d k (fun p => x p * delta s r)) by exact K. reflexivity.
Qed.

Definition logit d (w : nat -> nat -> R) (x : nat -> R) s := bigsum d (fun p => w p s * x p).
Definition weight d w x s := exp (logit d w x s).
Definition total d m w x := bigsum m (fun s => weight d w x s).
Definition soft d m w x s := weight d w x s * / total d m w x.
Definition moved (w : nat -> nat -> R) k r t := upd w k (upd (w k) r t).

Lemma total_pos d m w x : (1 <= m)%nat -> 0 < total d m w x.
Proof.
  intro M. unfold total. rewrite <- (Nat2Z.id m). apply bigsum_pos; [lia|]. intros. apply exp_pos.
Qed.
Lemma logit_same d w x k r s : logit d (moved w k r (w k r)) x s = logit d w x s.
Proof. apply bigsum_ext. intros. unfold moved. rewrite upd_same_2. reflexivity. Qed.
Lemma weight_same d w x k r s : weight d (moved w k r (w k r)) x s = weight d w x s.
Proof. unfold weight. rewrite logit_same. reflexivity. Qed.
Lemma total_same d m w x k r : total d m (moved w k r (w k r)) x = total d m w x.
Proof. apply bigsum_ext. intros. apply weight_same. Qed.

Lemma is_derive_weight d w x k r s : (1 <= k <= d)%nat ->
  is_derive (fun t => weight d (moved w k r t) x s) (w k r) (x k * (weight d w x s * delta s r)).
Proof.
  intro K. apply (is_derive_eq _ _ (exp (logit d (moved w k r (w k r)) x s) * (x k * delta s r))).
  - apply (is_derive_exp_of (fun t => logit d (moved w k r t) x s)). apply is_derive_logit, K.
  - rewrite logit_same. unfold weight. ring.
Qed.
Lemma is_derive_total d m w x k r : (1 <= k <= d)%nat ->
  is_derive (fun t => total d m (moved w k r t) x) (w k r) (x k * bigsum m (fun s => weight d w x s * delta s r)).
Proof.
  intro K. rewrite <- bigsum_scal. apply (is_derive_bigsum m (fun s t => weight d (moved w k r t) x s)).
  intros. apply is_derive_weight, K.
Qed.
(* dS_s/dw_kr = x_k S_s (delta_sr - sum_q S_q delta_qr) *)
Lemma is_derive_soft d m w x k r s : (1 <= m)%nat -> (1 <= k <= d)%nat ->
  is_derive (fun t => soft d m (moved w k r t) x s) (w k r)
    (x k * (soft d m w x s * delta s r) + -1 * x k * bigsum m (fun q => soft d m w x q * delta q r) * soft d m w x s).
Proof.
  intros M K. pose proof (total_pos d m w x M) as P.
  eapply is_derive_eq.
  - apply (is_derive_quotient (fun t => weight d (moved w k r t) x s) (fun t => total d m (moved w k r t) x)).
    + apply is_derive_weight, K.
    + apply is_derive_total, K.
    + rewrite total_same. lra.
  - cbv beta. rewrite total_same, weight_same.
    replace (bigsum m (fun q => soft d m w x q * delta q r))
      with (bigsum m (fun q => weight d w x q * delta q r) * / total d m w x).
    + unfold soft. field. lra.
    + rewrite <- bigsum_scal_r. apply bigsum_ext. intros. unfold soft. ring.
Qed.
(* The output F = c sum_s a_s S_s; Eq. 2 with c = m. *)
Lemma is_derive_output d m w x (a : nat -> R) c k r : (1 <= m)%nat -> (1 <= k <= d)%nat ->
  is_derive (fun t => c * bigsum m (fun s => a s * soft d m (moved w k r t) x s)) (w k r)
    (c * bigsum m (fun s => a s * soft d m w x s * delta s r) * x k
     + -1 * c * bigsum m (fun s => a s * soft d m w x s) * bigsum m (fun s => soft d m w x s * delta s r) * x k).
Proof.
  intros M K. eapply is_derive_eq.
  - apply is_derive_scal. apply (is_derive_bigsum m (fun s t => a s * soft d m (moved w k r t) x s)).
    intros s _. apply is_derive_scal. apply is_derive_soft; assumption.
  - cbv beta. set (Q := bigsum m (fun q => soft d m w x q * delta q r)).
    rewrite (bigsum_ext m _ (fun s => x k * (a s * soft d m w x s * delta s r) + (-1 * x k * Q) * (a s * soft d m w x s)))
      by (intros; ring).
    rewrite bigsum_plus, (bigsum_scal m (x k)), (bigsum_scal m (-1 * x k * Q)). ring.
Qed.


(* The Jacobian: dF/dw_kr = c x_k S_r (a_r - sum_s a_s S_s). *)
Lemma is_derive_output_short d m w x (a : nat -> R) c k r : (1 <= m)%nat -> (1 <= k <= d)%nat -> (1 <= r <= m)%nat ->
  is_derive (fun t => c * bigsum m (fun s => a s * soft d m (moved w k r t) x s)) (w k r)
    (c * x k * soft d m w x r * (a r + -1 * bigsum m (fun s => a s * soft d m w x s))).
Proof.
  intros M K L. eapply is_derive_eq; [apply is_derive_output; assumption|].
  rewrite (bigsum_delta_r m r (fun s => a s * soft d m w x s)), (bigsum_delta_r m r (soft d m w x)) by exact L. ring.
Qed.
(* Half the sum of squared errors. *)
Lemma is_derive_loss n d (F : nat -> nat -> R -> R) (y F' : nat -> nat -> R) x :
  (forall i l, (1 <= i <= n)%nat -> (1 <= l <= d)%nat -> is_derive (F l i) x (F' l i)) ->
  is_derive (fun t => 1 / 2 * bigsum n (fun i => bigsum d (fun l => (F l i t + -1 * y l i) ^ 2))) x
    (bigsum n (fun i => bigsum d (fun l => (F l i x + -1 * y l i) * F' l i))).
Proof.
  intro D. apply (is_derive_eq _ _ (1 / 2 * bigsum n (fun i => bigsum d (fun l => 2 * ((F l i x + -1 * y l i) * F' l i))))).
  - apply is_derive_scal. apply (is_derive_bigsum n (fun i t => bigsum d (fun l => (F l i t + -1 * y l i) ^ 2))).
    intros i I. apply (is_derive_bigsum d (fun l t => (F l i t + -1 * y l i) ^ 2)). intros l L.
    apply (is_derive_eq _ _ (INR 2 * (F' l i + 0) * (F l i x + -1 * y l i) ^ pred 2)); [|simpl; ring].
    apply (is_derive_pow (fun t => F l i t + -1 * y l i)). apply @is_derive_plus; [apply D; assumption|].
    apply (is_derive_const (K := R_AbsRing) (V := R_NormedModule)).
  - rewrite <- bigsum_scal. apply bigsum_ext. intros. rewrite <- bigsum_scal. apply bigsum_ext. intros. field.
Qed.
Lemma soft_same d m w x k r s : soft d m (moved w k r (w k r)) x s = soft d m w x s.
Proof. unfold soft. rewrite weight_same, total_same. reflexivity. Qed.
Lemma soft_total d m w x : (1 <= m)%nat -> bigsum m (fun s => soft d m w x s) = 1.
Proof.
  intro M. pose proof (total_pos d m w x M). unfold soft. rewrite bigsum_scal_r. fold (total d m w x). field. lra.
Qed.

(* The sums of exponentials, which are not 0. *)
Ltac totals w x m d1 :=
  let j := fresh "j" in
  assert (P : forall j, bigsum (Z.to_nat m) (fun s => exp (bigsum (Z.to_nat d1) (fun p => w p s * x p j))) <> 0);
  [intro j; apply Rgt_not_eq; apply (total_pos (Z.to_nat d1) (Z.to_nat m) w (fun p => x p j)); lia|].
Ltac defined := repeat first [apply every_intro; intros | split]; auto.

(* claim eq.2 *)
Ltac proves_eq_2 :=
  intros d_d1 d_d2 d_m d_n a w x D1 D2 M N; cbv zeta; intros i I k K l L r Q; totals w x d_m d_d1;
  pose proof (is_derive_output (Z.to_nat d_d1) (Z.to_nat d_m) w (fun p => x p i) (a l) (IZR d_m) k r ltac:(lia) K) as D;
  split; [eexists; exact D | split; [defined | split; [defined | exact (is_derive_unique _ _ _ D)]]].

(* claim theorem.R/J *)
Ltac proves_theorem_R_J :=
  intros d_d1 d_d2 d_m d_n a w x D1 D2 M N; cbv zeta; intros i I k K l L r Q; totals w x d_m d_d1;
  pose proof (is_derive_output_short (Z.to_nat d_d1) (Z.to_nat d_m) w (fun p => x p i) (a l) (IZR d_m) k r
                ltac:(lia) K Q) as D;
  split; [eexists; exact D | split; [defined | split; [defined | exact (is_derive_unique _ _ _ D)]]].

Lemma gradient d1 d2 n m w (x : nat -> nat -> R) (a y : nat -> nat -> R) c k r : (1 <= m)%nat -> (1 <= k <= d1)%nat ->
  let F l i t := c * bigsum m (fun s => a l s * soft d1 m (moved w k r t) (fun p => x p i) s) in
  let S i s := soft d1 m w (fun p => x p i) s in
  is_derive (fun t => 1 / 2 * bigsum n (fun i => bigsum d2 (fun l => (F l i t + -1 * y l i) ^ 2))) (w k r)
    (c * bigsum n (fun i => bigsum d2 (fun l => (c * bigsum m (fun s => a l s * S i s) + -1 * y l i)
       * (bigsum m (fun s => a l s * S i s * delta s r)
          + -1 * bigsum m (fun s => a l s * S i s) * bigsum m (fun s => S i s * delta s r)) * x k i))).
Proof.
  intros M K F S. eapply is_derive_eq.
  - apply (is_derive_loss n d2 F y). intros i l _ _. apply is_derive_output; assumption.
  - cbv beta. rewrite <- bigsum_scal. apply bigsum_ext. intros i I. rewrite <- bigsum_scal. apply bigsum_ext. intros l L.
    unfold F. rewrite (bigsum_ext m _ (fun s => a l s * S i s)) by (intros; rewrite soft_same; reflexivity).
    unfold S. ring.
Qed.
(* claim def.3.3 *)
Ltac proves_def_3_3 :=
  intros d_d1 d_d2 d_m d_n a w x y D1 D2 M N; cbv zeta; intros k K r Q; totals w x d_m d_d1;
  pose proof (gradient (Z.to_nat d_d1) (Z.to_nat d_d2) (Z.to_nat d_n) (Z.to_nat d_m) w x a y (IZR d_m) k r
                ltac:(lia) K) as D;
  split; [eexists; exact D | split; [defined | split; [defined | exact (is_derive_unique _ _ _ D)]]].
(* claim def.3.5 *)
Ltac proves_def_3_5 :=
  intros d_d1 d_d2 d_m d_n eta a w x y D1 D2 M N; cbv zeta; intros k K r Q; totals w x d_m d_d1;
  pose proof (gradient (Z.to_nat d_d1) (Z.to_nat d_d2) (Z.to_nat d_n) (Z.to_nat d_m) w x a y (IZR d_m) k r
                ltac:(lia) K) as D;
  split; [defined | split; [eexists; exact D | split; [defined |]]];
  apply (f_equal (Rplus (w k r))), (f_equal (Rmult (-1 * eta))); symmetry; exact (is_derive_unique _ _ _ D).

Lemma spread d m w x (a : nat -> R) r : (1 <= m)%nat ->
  bigsum m (fun s => (a r + -1 * a s) * soft d m w x s) = a r + -1 * bigsum m (fun s => a s * soft d m w x s).
Proof.
  intro M. rewrite (bigsum_ext m _ (fun s => a r * soft d m w x s + -1 * (a s * soft d m w x s))) by (intros; ring).
  rewrite bigsum_plus, (bigsum_scal m (a r)), (bigsum_scal m (-1)), soft_total by exact M. ring.
Qed.
(* H = J J^T / m, with the derivatives themselves. *)
Lemma gram d m w (x z : nat -> R) (a b : nat -> R) c : (1 <= m)%nat ->
  let F v g t k r := c * bigsum m (fun s => g s * soft d m (moved w k r t) v s) in
  let S v s := soft d m w v s in
  1 * / c * bigsum d (fun k => x k * z k)
    * bigsum m (fun r => bigsum m (fun s => (a r + -1 * a s) * S x s) * c * S x r
                         * bigsum m (fun s => (b r + -1 * b s) * S z s) * c * S z r)
  = 1 * / c * bigsum d (fun k => bigsum m (fun r => Derive (fun t => F x a t k r) (w k r)
                                                    * Derive (fun t => F z b t k r) (w k r))).
Proof.
  intros M F S.
  rewrite (bigsum_ext d (fun k => bigsum m _) (fun k => (x k * z k)
    * bigsum m (fun r => bigsum m (fun s => (a r + -1 * a s) * S x s) * c * S x r
                         * bigsum m (fun s => (b r + -1 * b s) * S z s) * c * S z r))).
  - rewrite bigsum_scal_r. ring.
  - intros k K. rewrite <- bigsum_scal. apply bigsum_ext. intros r Q. unfold F, S.
    assert (D : forall v g, Derive (fun t => c * bigsum m (fun s => g s * soft d m (moved w k r t) v s)) (w k r)
      = c * v k * soft d m w v r * (g r + -1 * bigsum m (fun s => g s * soft d m w v s))).
    { intros v g. apply is_derive_unique. apply is_derive_output_short; assumption. }
    rewrite (D x a), (D z b).
    rewrite !spread by exact M. ring.
Qed.
(* claim def.3.6 *)
Ltac proves_def_3_6 :=
  intros d_d1 d_d2 d_m d_n a w x D1 D2 M N; cbv zeta; intros i I j J l L k K; totals w x d_m d_d1;
  assert (Z : IZR d_m <> 0) by (apply Rgt_not_eq; apply IZR_lt; lia);
  split; [defined | split; [exact Z | split; [|
    exact (gram (Z.to_nat d_d1) (Z.to_nat d_m) w (fun p => x p i) (fun p => x p j) (a l) (a k) (IZR d_m) ltac:(lia))]]];
  repeat first [apply every_intro; intros | split]; auto;
  eexists; apply (is_derive_output_short (Z.to_nat d_d1) (Z.to_nat d_m) w (fun p => x p _) (a _) (IZR d_m)); lia.
