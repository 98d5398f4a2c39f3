(* The derivative of the network and of its loss, for all sizes n, m, d1, d2.
   Eq. 2 (lines 76-90): dF_{l,i} / dw_r = m <a_l o e_r, S_i> x_i - m <a_l, S_i> <S_i, e_r> x_i.
   Definition 3.3 (line 110): Delta w_r is the derivative of the loss 1/2 sum_{i,l} (F_{l,i} - y_{l,i})^2.
   Claim 3.4 = Claim A.1 (lines 123 and 515): Delta w_r = m sum_{i,l} (F_{l,i} - y_{l,i}) <v_{l,r}, S_i> S_{i,r} x_i. *)

(* The derivative of <w_s, x_i> with respect to w[k, r] is x[k, i] if s = r, and else 0. *)
Lemma derive_logit d1 (w x : nat -> nat -> R) i k r s t : (1 <= k <= Z.to_nat d1)%nat ->
  is_derive (fun u => bigsum (Z.to_nat d1) (fun p => with_entry w k r u p s * x p i)) t (x k i * delta s r).
Proof.
  intro K. eapply derive_is.
  - apply (derive_bigsum _ (fun u p => with_entry w k r u p s * x p i) (fun p => (x p i * delta s r) * delta p k)).
    intros p _. apply (derive_is _ _ (x p i * (delta p k * delta s r))); [|cbv beta; ring].
    apply (is_derive_ext (fun u => x p i * with_entry w k r u p s)); [intro; apply Rmult_comm|].
    apply derive_times, derive_entry.
  - apply (bigsum_pick _ (fun p => x p i * delta s r)), K.
Qed.
Lemma derive_E d1 w x i k r s : (1 <= k <= Z.to_nat d1)%nat ->
  is_derive (fun u => E d1 (with_entry w k r u) x i s) (w k r) (E d1 w x i s * (x k i * delta s r)).
Proof.
  intro K. eapply derive_is; [apply (is_derive_comp exp); [apply is_derive_exp|apply derive_logit, K]|].
  rewrite with_own_entry. apply Rmult_comm.
Qed.
Lemma derive_alpha d1 m w x i k r : (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  is_derive (fun u => alpha d1 m (with_entry w k r u) x i) (w k r) (E d1 w x i r * x k i).
Proof.
  intros K H. eapply derive_is.
  - apply (derive_bigsum _ (fun u s => E d1 (with_entry w k r u) x i s)). intros s _. apply derive_E, K.
  - rewrite (bigsum_ext _ _ (fun s => (E d1 w x i s * x k i) * delta s r)) by (intros; ring). apply bigsum_pick, H.
Qed.
(* dS_{i,s} / dw_r = S_{i,s} (delta_{s,r} - S_{i,r}) x_i *)
Lemma derive_soft d1 m w x i k r s : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  is_derive (fun u => soft d1 m (with_entry w k r u) x i s) (w k r)
    (soft d1 m w x i s * (delta s r - soft d1 m w x i r) * x k i).
Proof.
  intros M K H. eapply derive_is.
  - apply (is_derive_mult (fun u => E d1 (with_entry w k r u) x i s)); [apply derive_E, K| |intros; apply Rmult_comm].
    apply is_derive_inv; [apply derive_alpha; assumption|apply alpha_nonzero, M].
  - rewrite !with_own_entry. unfold plus, mult, soft. simpl. field. apply alpha_nonzero, M.
Qed.
Definition slope d1 m (a w x : nat -> nat -> R) l i k r :=
  IZR m * bigsum (Z.to_nat m) (fun s => a l s * soft d1 m w x i s * delta s r) * x k i +
  -1 * IZR m * bigsum (Z.to_nat m) (fun s => a l s * soft d1 m w x i s) *
    bigsum (Z.to_nat m) (fun s => soft d1 m w x i s * delta s r) * x k i.
Lemma derive_F d1 m a w x l i k r : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  is_derive (fun u => F d1 m a (with_entry w k r u) x l i) (w k r) (slope d1 m a w x l i k r).
Proof.
  intros M K H. eapply derive_is.
  - apply derive_times, (derive_bigsum _ (fun u s => a l s * soft d1 m (with_entry w k r u) x i s)).
    intros s _. apply derive_times, derive_soft; assumption.
  - unfold slope. rewrite !bigsum_pick by exact H.
    rewrite (bigsum_ext _ _ (fun s => x k i * (a l s * soft d1 m w x i s * delta s r) +
                                      (- x k i * soft d1 m w x i r) * (a l s * soft d1 m w x i s))) by (intros; ring).
    rewrite bigsum_plus, !bigsum_times, (bigsum_pick _ (fun s => a l s * soft d1 m w x i s)) by exact H. ring.
Qed.
Theorem gradient_of_the_output d1 m a w x l i k r : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  ex_derive (fun u => F d1 m a (with_entry w k r u) x l i) (w k r) /\
  near (fun u => every (Z.to_nat m) (fun s => alpha d1 m (with_entry w k r u) x i <> 0)) (w k r) /\
  every (Z.to_nat m) (fun s => alpha d1 m w x i <> 0) /\
  Derive (fun u => F d1 m a (with_entry w k r u) x l i) (w k r) = slope d1 m a w x l i k r.
Proof.
  intros M K H. pose proof (derive_F d1 m a w x l i k r M K H) as D. split; [eexists; exact D|].
  split; [apply near_all; intro; apply every_of; intros; apply alpha_nonzero, M|].
  split; [apply every_of; intros; apply alpha_nonzero, M|apply is_derive_unique, D].
Qed.
(* Proves eq.2 by: intros; apply gradient_of_the_output; assumption. *)

Definition loss n d1 d2 m (a w x y : nat -> nat -> R) := 1 / 2 * bigsum (Z.to_nat n) (fun i => bigsum (Z.to_nat d2) (fun l =>
  (F d1 m a w x l i + -1 * y l i) ^ 2)).
Definition dw n d1 d2 m (a w x y : nat -> nat -> R) k r := IZR m * bigsum (Z.to_nat n) (fun i => bigsum (Z.to_nat d2) (fun l =>
  (F d1 m a w x l i + -1 * y l i) *
  (bigsum (Z.to_nat m) (fun s => a l s * soft d1 m w x i s * delta s r) +
   -1 * bigsum (Z.to_nat m) (fun s => a l s * soft d1 m w x i s) * bigsum (Z.to_nat m) (fun s => soft d1 m w x i s * delta s r)) *
  x k i)).
Lemma derive_loss n d1 d2 m a w x y k r : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  is_derive (fun u => loss n d1 d2 m a (with_entry w k r u) x y) (w k r) (dw n d1 d2 m a w x y k r).
Proof.
  intros M K H. eapply derive_is.
  - apply derive_times, (derive_bigsum _ (fun u i => bigsum (Z.to_nat d2) (fun l =>
      (F d1 m a (with_entry w k r u) x l i + -1 * y l i) ^ 2)) (fun i => bigsum (Z.to_nat d2) (fun l =>
      2 * ((F d1 m a w x l i + -1 * y l i) * slope d1 m a w x l i k r)))).
    intros i _. apply (derive_bigsum _ (fun u l => (F d1 m a (with_entry w k r u) x l i + -1 * y l i) ^ 2)). intros l _.
    pose proof (derive_F d1 m a w x l i k r M K H) as D. eapply derive_is.
    + apply (is_derive_pow (fun u => F d1 m a (with_entry w k r u) x l i + -1 * y l i) 2).
      apply (is_derive_plus (V := R_NormedModule)); [exact D|apply (is_derive_const (V := R_NormedModule))].
    + cbv beta. rewrite with_own_entry. unfold plus, zero. simpl. ring.
  - unfold dw. rewrite <- !bigsum_times. apply bigsum_ext. intros i _. rewrite <- !bigsum_times. apply bigsum_ext.
    intros l _. unfold slope. field.
Qed.
Theorem gradient_of_the_loss n d1 d2 m a w x y k r : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat ->
  (1 <= r <= Z.to_nat m)%nat -> ex_derive (fun u => loss n d1 d2 m a (with_entry w k r u) x y) (w k r) /\
  Derive (fun u => loss n d1 d2 m a (with_entry w k r u) x y) (w k r) = dw n d1 d2 m a w x y k r.
Proof.
  intros M K H. pose proof (derive_loss n d1 d2 m a w x y k r M K H) as D. split; [eexists; exact D|].
  apply is_derive_unique, D.
Qed.
(* Proves def.3.3 by:
   intros; destruct (gradient_of_the_loss d_n d_d1 d_d2 d_m a_a a_w a_x a_y i_k i_r); try assumption;
   split; [assumption|split; [defined|split; [defined|assumption]]]. *)

(* <v_{l,r}, S_i> with v_{l,r} = a_{l,r} 1 - a_l *)
Theorem gradient_by_differences n d1 d2 m a w x y k r : (1 <= m)%Z -> (1 <= r <= Z.to_nat m)%nat ->
  dw n d1 d2 m a w x y k r = IZR m * bigsum (Z.to_nat n) (fun i => bigsum (Z.to_nat d2) (fun l =>
    (F d1 m a w x l i + -1 * y l i) * bigsum (Z.to_nat m) (fun s => (a l r + -1 * a l s) * soft d1 m w x i s) *
    soft d1 m w x i r * x k i)).
Proof.
  intros M H. unfold dw. f_equal. apply bigsum_ext. intros i _. apply bigsum_ext. intros l _.
  rewrite (bigsum_pick _ (fun s => a l s * soft d1 m w x i s)), (bigsum_pick _ (fun s => soft d1 m w x i s)) by exact H.
  rewrite (bigsum_ext _ (fun s => (a l r + -1 * a l s) * soft d1 m w x i s)
    (fun s => a l r * soft d1 m w x i s + -1 * (a l s * soft d1 m w x i s))) by (intros; ring).
  rewrite bigsum_plus, !bigsum_times, soft_sums_to_one by exact M. ring.
Qed.
(* Proves claim.A.1 by:
   intros; split; [defined|split; [defined|apply gradient_by_differences; assumption]]. *)
(* Proves claim.3.4 by:
   intros; split; [defined|split; [defined|apply gradient_by_differences; assumption]]. *)

(* Definition 3.5 (line 129): gradient descent moves w against the derivative of the loss. *)
(* Proves def.3.5 by:
   intros; destruct (gradient_of_the_loss d_n d_d1 d_d2 d_m a_a a_w a_x a_y i_k i_r) as [X D]; try assumption;
   split; [defined|split; [exact X|split; [defined|]]];
   exact (f_equal (fun g => a_w i_k i_r + -1 * v_eta * g) (eq_sym D)). *)

(* The slopes in terms of <v_{l,r}, S_i>, and their products: the kernel H of Definition 3.6, and that between a point of
   the data and another point (Definition F.1). *)
Definition vS d1 m (a w x : nat -> nat -> R) l r i :=
  bigsum (Z.to_nat m) (fun s => (a l r + -1 * a l s) * soft d1 m w x i s).
Lemma vS_is d1 m a w x l r i : (1 <= m)%Z ->
  vS d1 m a w x l r i = a l r + -1 * bigsum (Z.to_nat m) (fun s => a l s * soft d1 m w x i s).
Proof.
  intro M. unfold vS. rewrite (bigsum_ext _ _
    (fun s => a l r * soft d1 m w x i s + -1 * (a l s * soft d1 m w x i s))) by (intros; ring).
  rewrite bigsum_plus, !bigsum_times, soft_sums_to_one by exact M. ring.
Qed.
Lemma slope_is d1 m a w x l i k r : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  Derive (fun u => F d1 m a (with_entry w k r u) x l i) (w k r) =
  IZR m * x k i * soft d1 m w x i r * (a l r + -1 * bigsum (Z.to_nat m) (fun s => a l s * soft d1 m w x i s)).
Proof.
  intros M K H. transitivity (slope d1 m a w x l i k r); [apply is_derive_unique, derive_F; assumption|]. unfold slope.
  rewrite (bigsum_pick _ (fun s => a l s * soft d1 m w x i s)), (bigsum_pick _ (fun s => soft d1 m w x i s)) by exact H. ring.
Qed.
Lemma output_differentiable d1 m a w x l i k r : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  ex_derive (fun u => F d1 m a (with_entry w k r u) x l i) (w k r).
Proof. intros. eexists. apply derive_F; assumption. Qed.
(* Proves theorem.R/J by:
   intros; split; [apply (output_differentiable d_d1 d_m a_a a_w a_x); assumption|split; [defined|split; [defined|
     apply (slope_is d_d1 d_m a_a a_w a_x); assumption]]]. *)

Theorem kernel_of_slopes d1 m a w x x' l1 l2 i j : (1 <= m)%Z ->
  1 * / IZR m * bigsum (Z.to_nat d1) (fun k => x k i * x' k j) * bigsum (Z.to_nat m) (fun r =>
    vS d1 m a w x l1 r i * IZR m * soft d1 m w x i r * vS d1 m a w x' l2 r j * IZR m * soft d1 m w x' j r) =
  1 * / IZR m * bigsum (Z.to_nat d1) (fun k => bigsum (Z.to_nat m) (fun r =>
    Derive (fun u => F d1 m a (with_entry w k r u) x l1 i) (w k r) *
    Derive (fun u => F d1 m a (with_entry w k r u) x' l2 j) (w k r))).
Proof.
  intro M. set (g := fun r => vS d1 m a w x l1 r i * IZR m * soft d1 m w x i r * vS d1 m a w x' l2 r j * IZR m *
    soft d1 m w x' j r). rewrite Rmult_assoc. f_equal.
  rewrite Rmult_comm, <- bigsum_times. apply bigsum_ext. intros k K. rewrite Rmult_comm, <- bigsum_times.
  apply bigsum_ext. intros r H. rewrite !slope_is by assumption. unfold g. rewrite !vS_is by exact M. ring.
Qed.
(* Proves def.3.6 by:
   intros; split; [defined|split; [defined|split; [apply every_of; intros; apply every_of; intros; split; [
     apply (output_differentiable d_d1 d_m a_a a_w a_x); assumption|split; [defined|split; [
     apply (output_differentiable d_d1 d_m a_a a_w a_x); assumption|defined]]]|
     apply (kernel_of_slopes d_d1 d_m a_a a_w a_x a_x); assumption]]]. *)
(* Proves def.F.1 by:
   intros; split; [test_defined|split; [defined|split; [apply every_of; intros; apply every_of; intros; split; [
     apply (output_differentiable d_d1 d_m a_a a_w (fun k _ => a_x_te k) _ O); assumption|split; [test_defined|split; [
     apply (output_differentiable d_d1 d_m a_a a_w a_x); assumption|defined]]]|
     apply (kernel_of_slopes d_d1 d_m a_a a_w (fun k _ => a_x_te k) a_x _ _ O); assumption]]]. *)
Ltac test_defined :=
  first [apply every_of; intros; test_defined | apply near_all; intro; test_defined
        | match goal with x : nat -> R |- _ => apply (alpha_nonzero _ _ _ (fun k _ => x k) O); assumption end
        | split; test_defined | defined].

(* Lemma D.1, first line: the norm of the derivative of the loss. *)
Definition pulled n d1 d2 m (a w x y : nat -> nat -> R) k r := bigsum (Z.to_nat n) (fun i => IZR m * bigsum (Z.to_nat d2)
  (fun l => (F d1 m a w x l i + -1 * y l i) * vS d1 m a w x l r i * soft d1 m w x i r) * x k i).
Theorem gradient_norm n d1 d2 m a w x y r : (1 <= m)%Z -> (1 <= r <= Z.to_nat m)%nat ->
  sqrt (bigsum (Z.to_nat d1) (fun k => Derive (fun u => loss n d1 d2 m a (with_entry w k r u) x y) (w k r) ^ 2)) =
  sqrt (bigsum (Z.to_nat d1) (fun k => pulled n d1 d2 m a w x y k r ^ 2)).
Proof.
  intros M H. f_equal. apply bigsum_ext. intros k K.
  destruct (gradient_of_the_loss n d1 d2 m a w x y k r M K H) as [_ ->]. f_equal.
  rewrite gradient_by_differences by assumption. unfold pulled, vS. rewrite <- bigsum_times. apply bigsum_ext. intros i _.
  rewrite Rmult_assoc. f_equal. rewrite Rmult_comm, <- bigsum_times. apply bigsum_ext. intros l _. ring.
Qed.
Lemma loss_differentiable n d1 d2 m a w x y k r : (1 <= m)%Z -> (1 <= k <= Z.to_nat d1)%nat -> (1 <= r <= Z.to_nat m)%nat ->
  ex_derive (fun u => loss n d1 d2 m a (with_entry w k r u) x y) (w k r).
Proof. intros. apply gradient_of_the_loss; assumption. Qed.
(* Proves lemma.D.1/1 by:
   intros; split; [apply bigsum_squares|split; [apply every_of; intros; split; [
     apply (loss_differentiable d_n d_d1 d_d2 d_m a_a a_v a_x a_y); assumption|defined]|split; [
     apply bigsum_squares|split; [defined|apply (gradient_norm d_n d_d1 d_d2 d_m a_a a_v a_x a_y); assumption]]]]. *)
