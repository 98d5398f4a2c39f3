(* The rules of the kernel as lemmas, and the tactics that its steps are proved with. *)
From Coq Require Import Reals Lra Lia ZArith.
From Coquelicot Require Import Coquelicot.
From Proofcheck Require Import Prelude Sums.
Local Open Scope R_scope.

(* A size is at least 1, and so is an index. *)
Lemma one_in n : (1 <= n)%Z -> (1 <= 1 <= Z.to_nat n)%nat. Proof. lia. Qed.
Lemma size_one n : (1 <= n)%Z -> 1 <= IZR n. Proof. intro H. apply IZR_le. lia. Qed.

(* Relations. *)
Lemma cast_le a b c d : a <= b -> a = c -> b = d -> c <= d. Proof. intros H <- <-. exact H. Qed.
Lemma cast_lt a b c d : a < b -> a = c -> b = d -> c < d. Proof. intros H <- <-. exact H. Qed.
Lemma cast_eq a b c d : a = b -> a = c -> b = d -> c = d :> R. Proof. intros H <- <-. exact H. Qed.
Lemma tr_le_le a b c : a <= b -> b <= c -> a <= c. Proof. lra. Qed.
Lemma tr_le_lt a b c : a <= b -> b < c -> a < c. Proof. lra. Qed.
Lemma tr_lt_le a b c : a < b -> b <= c -> a < c. Proof. lra. Qed.
Lemma tr_lt_lt a b c : a < b -> b < c -> a < c. Proof. lra. Qed.
Lemma tr_eq_le a b c : a = b -> b <= c -> a <= c. Proof. lra. Qed.
Lemma tr_eq_lt a b c : a = b -> b < c -> a < c. Proof. lra. Qed.
Lemma tr_le_eq a b c : a <= b -> b = c -> a <= c. Proof. lra. Qed.
Lemma tr_lt_eq a b c : a < b -> b = c -> a < c. Proof. lra. Qed.
Lemma tr_eq_eq a b c : a = b -> b = c -> a = c :> R. Proof. lra. Qed.
Lemma split_cases t (P : Prop) : (t <= 0 -> P) -> (0 <= t -> P) -> P.
Proof. intros A B. destruct (Rle_or_lt t 0); [apply A|apply B]; lra. Qed.
Lemma split_cases_lt t (P : Prop) : (t <= 0 -> P) -> (0 < t -> P) -> P.
Proof. intros A B. destruct (Rle_or_lt t 0); [apply A|apply B]; lra. Qed.

(* Combinations: what is left is goal.rhs - goal.lhs = sum of factor * (rhs - lhs). *)
Lemma gap_goal_le a b t : b + -1 * a = t -> 0 <= t -> a <= b. Proof. lra. Qed.
Lemma gap_goal_lt a b t : b + -1 * a = t -> 0 < t -> a < b. Proof. lra. Qed.
Lemma gap_goal_eq a b t : b + -1 * a = t -> t = 0 -> a = b. Proof. lra. Qed.
Lemma part_le f a b : 0 <= f -> a <= b -> 0 <= f * (b + -1 * a).
Proof. intros F H. apply Rmult_le_pos; lra. Qed.
Lemma part_lt f a b : 0 < f -> a < b -> 0 < f * (b + -1 * a).
Proof. intros F H. apply Rmult_lt_0_compat; lra. Qed.
Lemma part_eq f a b : a = b -> f * (b + -1 * a) = 0. Proof. intros ->. ring. Qed.
Lemma part_eq_le f a b : a = b -> 0 <= f * (b + -1 * a). Proof. intros ->. lra. Qed.
Lemma zero_sum a b : a = 0 -> b = 0 -> a + b = 0. Proof. lra. Qed.

(* Sums and maxima. *)
Lemma bigsum_le n f g : (forall i, (1 <= i <= n)%nat -> f i <= g i) -> bigsum n f <= bigsum n g.
Proof.
  induction n as [|n IH]; intro H; [simpl; lra|]. rewrite !bigsum_S. apply Rplus_le_compat; [apply IH; intros; apply H|apply H]; lia.
Qed.
Lemma bigsum_add n f g : bigsum n (fun i => f i + g i) = bigsum n f + bigsum n g.
Proof. induction n as [|n IH]; [simpl; lra|]. rewrite !bigsum_S, IH. ring. Qed.
Lemma bigsum_const n c : bigsum n (fun _ => c) = INR n * c.
Proof. induction n as [|n IH]; [simpl; lra|]. rewrite bigsum_S, IH, S_INR. ring. Qed.
Lemma bigsum_nn n f : (forall i, (1 <= i <= n)%nat -> 0 <= f i) -> 0 <= bigsum n f.
Proof. intro H. rewrite <- (bigsum_zero n). apply bigsum_le, H. Qed.
Lemma bigsum_np n f : (forall i, (1 <= i <= n)%nat -> f i <= 0) -> bigsum n f <= 0.
Proof. intro H. rewrite <- (bigsum_zero n). apply bigsum_le, H. Qed.
Lemma bigsum_abs n f : Rabs (bigsum n f) <= bigsum n (fun i => Rabs (f i)).
Proof.
  induction n as [|n IH]; [simpl; rewrite Rabs_R0; lra|]. rewrite !bigsum_S.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
Lemma bigmax_le n f g : (forall i, (1 <= i <= n)%nat -> f i <= g i) -> bigmax n f <= bigmax n g.
Proof.
  destruct n as [|n]; intro H; [simpl; lra|]. induction n as [|n IH]; [apply H; lia|].
  rewrite !bigmax_S. apply Rmax_case; [eapply Rle_trans; [apply IH; intros; apply H; lia|apply Rmax_l]|].
  eapply Rle_trans; [apply H; lia|apply Rmax_r].
Qed.
Lemma below_bigmax n f i : (1 <= i <= n)%nat -> f i <= bigmax n f.
Proof.
  destruct n as [|n]; intro H; [lia|]. induction n as [|n IH]; [replace i with 1%nat by lia; simpl; lra|].
  rewrite bigmax_S. destruct (Nat.eq_dec i (S (S n))) as [->|N]; [apply Rmax_r|].
  eapply Rle_trans; [apply IH; lia|apply Rmax_l].
Qed.
Lemma bigmax_bound d f c : (1 <= d)%Z -> (forall i, (1 <= i <= Z.to_nat d)%nat -> f i <= c) -> bigmax (Z.to_nat d) f <= c.
Proof.
  intros D. destruct (Z.to_nat d) as [|n] eqn:E; [lia|]. clear D E d. intro H.
  induction n as [|n IH]; [apply H; lia|]. rewrite bigmax_S. apply Rmax_lub; [apply IH; intros|]; apply H; lia.
Qed.
Lemma bigmax_bound_lt d f c : (1 <= d)%Z -> (forall i, (1 <= i <= Z.to_nat d)%nat -> f i < c) -> bigmax (Z.to_nat d) f < c.
Proof.
  intros D. destruct (Z.to_nat d) as [|n] eqn:E; [lia|]. clear D E d. intro H.
  induction n as [|n IH]; [apply H; lia|]. rewrite bigmax_S. apply Rmax_lub_lt; [apply IH; intros|]; apply H; lia.
Qed.
Lemma bigmax_nn n f : (forall i, (1 <= i <= n)%nat -> 0 <= f i) -> 0 <= bigmax n f.
Proof.
  destruct n as [|n]; intro H; [simpl; lra|]. eapply Rle_trans; [apply (H 1%nat); lia|]. apply below_bigmax. lia.
Qed.
Lemma bigmax_pos d f : (1 <= d)%Z -> (forall i, (1 <= i <= Z.to_nat d)%nat -> 0 < f i) -> 0 < bigmax (Z.to_nat d) f.
Proof. intros D H. eapply Rlt_le_trans; [apply (H 1%nat); lia|]. apply below_bigmax. lia. Qed.
Lemma cauchy n f g : Rabs (bigsum n (fun i => f i * g i)) <= sqrt (bigsum n (fun i => f i ^ 2)) * sqrt (bigsum n (fun i => g i ^ 2)).
Proof.
  assert (A : forall h, 0 <= bigsum n (fun i => h i ^ 2)) by (intro h; apply bigsum_nn; intros; apply pow2_ge_0).
  rewrite <- sqrt_mult by apply A. apply Rsqr_incr_0_var; [|apply sqrt_pos]. rewrite <- Rsqr_abs.
  rewrite Rsqr_sqrt by (apply Rmult_le_pos; apply A). clear A. unfold Rsqr.
  induction n as [|n IH]; [simpl; lra|]. rewrite !bigsum_S.
  set (p := bigsum n (fun i => f i * g i)) in *. set (a := bigsum n (fun i => f i ^ 2)) in *.
  set (b := bigsum n (fun i => g i ^ 2)) in *. set (x := f (S n)). set (y := g (S n)).
  assert (A : 0 <= a) by (apply bigsum_nn; intros; apply pow2_ge_0).
  assert (B : 0 <= b) by (apply bigsum_nn; intros; apply pow2_ge_0).
  assert (Q : 2 * p * x * y <= a * y ^ 2 + b * x ^ 2); [|nra].
  assert (S : (2 * p * x * y) * (2 * p * x * y) <= (a * y ^ 2 + b * x ^ 2) * (a * y ^ 2 + b * x ^ 2)).
  { apply Rle_trans with (4 * (a * b) * (x ^ 2 * y ^ 2)).
    - replace ((2 * p * x * y) * (2 * p * x * y)) with (4 * (p * p) * (x ^ 2 * y ^ 2)) by ring.
      apply Rmult_le_compat_r; [apply Rmult_le_pos; apply pow2_ge_0|lra].
    - assert (0 <= (a * y ^ 2 - b * x ^ 2) ^ 2) by apply pow2_ge_0. nra. }
  apply Rsqr_incr_0_var; [exact S|]. apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto; apply pow2_ge_0.
Qed.
Lemma hoelder n f g : Rabs (bigsum n (fun i => f i * g i)) <=
  bigmax n (fun i => Rabs (f i)) * bigsum n (fun i => Rabs (g i)).
Proof.
  eapply Rle_trans; [apply bigsum_abs|]. rewrite <- bigsum_scal. apply bigsum_le. intros i I.
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|]. apply (below_bigmax _ (fun i => Rabs (f i))), I.
Qed.

(* Signs. *)
Lemma delta_nn i j : 0 <= delta i j. Proof. unfold delta. destruct (Nat.eqb i j); lra. Qed.
Lemma lt_nn a : 0 < a -> 0 <= a. Proof. lra. Qed.
Lemma lt_np a : a < 0 -> a <= 0. Proof. lra. Qed.
Lemma eq_nn a : a = 0 -> 0 <= a. Proof. lra. Qed.
Lemma eq_np a : a = 0 -> a <= 0. Proof. lra. Qed.
Lemma add_pp a b : 0 < a -> 0 < b -> 0 < a + b. Proof. lra. Qed.
Lemma add_pn a b : 0 < a -> 0 <= b -> 0 < a + b. Proof. lra. Qed.
Lemma add_np a b : 0 <= a -> 0 < b -> 0 < a + b. Proof. lra. Qed.
Lemma add_nn a b : 0 <= a -> 0 <= b -> 0 <= a + b. Proof. lra. Qed.
Lemma add_mm a b : a < 0 -> b < 0 -> a + b < 0. Proof. lra. Qed.
Lemma add_mz a b : a < 0 -> b <= 0 -> a + b < 0. Proof. lra. Qed.
Lemma add_zm a b : a <= 0 -> b < 0 -> a + b < 0. Proof. lra. Qed.
Lemma add_zz a b : a <= 0 -> b <= 0 -> a + b <= 0. Proof. lra. Qed.
Lemma mul_pp a b : 0 < a -> 0 < b -> 0 < a * b. Proof. apply Rmult_lt_0_compat. Qed.
Lemma mul_nn a b : 0 <= a -> 0 <= b -> 0 <= a * b. Proof. apply Rmult_le_pos. Qed.
Lemma mul_mm a b : a < 0 -> b < 0 -> 0 < a * b. Proof. nra. Qed.
Lemma mul_zz a b : a <= 0 -> b <= 0 -> 0 <= a * b. Proof. nra. Qed.
Lemma mul_mp a b : a < 0 -> 0 < b -> a * b < 0. Proof. nra. Qed.
Lemma mul_pm a b : 0 < a -> b < 0 -> a * b < 0. Proof. nra. Qed.
Lemma mul_zn a b : a <= 0 -> 0 <= b -> a * b <= 0. Proof. nra. Qed.
Lemma mul_nz a b : 0 <= a -> b <= 0 -> a * b <= 0. Proof. nra. Qed.
Lemma inv_nn a : 0 <= a -> 0 <= / a.
Proof. intros [H| <-]; [left; apply Rinv_0_lt_compat, H|rewrite Rinv_0; lra]. Qed.
Lemma inv_mm a : a < 0 -> / a < 0. Proof. apply Rinv_lt_0_compat. Qed.
Lemma even_nn a n : 0 <= a ^ (2 * n). Proof. rewrite pow_mult. apply pow_le, pow2_ge_0. Qed.
Lemma even_pos a n : a <> 0 -> 0 < a ^ (2 * n). Proof. intro H. rewrite pow_mult. apply pow_lt. nra. Qed.
Lemma odd_step a n : a ^ S (2 * n) = a * a ^ (2 * n). Proof. reflexivity. Qed.
Lemma odd_mm a n : a < 0 -> a ^ S (2 * n) < 0.
Proof. intro H. rewrite odd_step. apply mul_mp; [exact H|]. apply even_pos. lra. Qed.
Lemma odd_zz a n : a <= 0 -> a ^ S (2 * n) <= 0.
Proof. intro H. rewrite odd_step. apply mul_zn; [exact H|]. apply even_nn. Qed.
Lemma abs_pos a : a <> 0 -> 0 < Rabs a. Proof. apply Rabs_pos_lt. Qed.
Lemma pos_nonzero a : 0 < a -> a <> 0. Proof. lra. Qed.
Lemma neg_nonzero a : a < 0 -> a <> 0. Proof. lra. Qed.
Lemma not_zero a b : a <> 0 -> a = b -> b <> 0. Proof. intros H <-. exact H. Qed.
Lemma mul_nonzero a b : a <> 0 -> b <> 0 -> a * b <> 0. Proof. auto. Qed.
Lemma max_left_pos a b : 0 < a -> 0 < Rmax a b. Proof. intro H. apply Rlt_le_trans with a; [exact H|apply Rmax_l]. Qed.
Lemma max_right_pos a b : 0 < b -> 0 < Rmax a b. Proof. intro H. apply Rlt_le_trans with b; [exact H|apply Rmax_r]. Qed.
Lemma max_left_nn a b : 0 <= a -> 0 <= Rmax a b. Proof. intro H. apply Rle_trans with a; [exact H|apply Rmax_l]. Qed.
Lemma max_right_nn a b : 0 <= b -> 0 <= Rmax a b. Proof. intro H. apply Rle_trans with b; [exact H|apply Rmax_r]. Qed.
Lemma min_pos a b : 0 < a -> 0 < b -> 0 < Rmin a b. Proof. apply Rmin_pos. Qed.
Lemma min_nn a b : 0 <= a -> 0 <= b -> 0 <= Rmin a b. Proof. intros. apply Rmin_case; assumption. Qed.
Lemma cosh_pos a : 0 < cosh a. Proof. unfold cosh. pose proof (exp_pos a). pose proof (exp_pos (- a)). lra. Qed.
Lemma sinh_pos a : 0 < a -> 0 < sinh a.
Proof. intro H. unfold sinh. assert (exp (- a) < exp a) by (apply exp_increasing; lra). lra. Qed.
Lemma sinh_nn a : 0 <= a -> 0 <= sinh a.
Proof. intros [H| <-]; [left; apply sinh_pos, H|rewrite sinh_0; lra]. Qed.
Lemma tanh_pos a : 0 < a -> 0 < tanh a.
Proof. intro H. unfold tanh. apply Rdiv_lt_0_compat; [apply sinh_pos, H|apply cosh_pos]. Qed.
Lemma tanh_nn a : 0 <= a -> 0 <= tanh a.
Proof. intro H. unfold tanh. apply Rmult_le_pos; [apply sinh_nn, H|]. left. apply Rinv_0_lt_compat, cosh_pos. Qed.
Lemma small_abs x : 0 < 1 + -1 * x -> 0 < 1 + x -> Rabs x < 1.
Proof. intros A B. apply Rabs_def1; lra. Qed.
Lemma geometric_pos x : Rabs x < 1 -> 0 < geometric x.
Proof. intro H. rewrite geometric_is by exact H. apply Rinv_0_lt_compat. apply Rabs_def2 in H. lra. Qed.

(* Monotone functions. *)
Lemma up_add a b c d : a <= b -> c <= d -> a + c <= b + d. Proof. lra. Qed.
Lemma up_exp a b : a <= b -> exp a <= exp b.
Proof. intros [H| ->]; [left; apply exp_increasing, H|lra]. Qed.
Lemma up_sinh a b : a <= b -> sinh a <= sinh b.
Proof. intro H. unfold sinh. pose proof (up_exp a b H). assert (exp (- b) <= exp (- a)) by (apply up_exp; lra). lra. Qed.
Lemma up_tanh a b : a <= b -> tanh a <= tanh b.
Proof.
  intro H. rewrite !tanh_exp. assert (exp (2 * a) <= exp (2 * b)) by (apply up_exp; lra). pose proof (exp_pos (2 * a)).
  assert (/ (exp (2 * b) + 1) <= / (exp (2 * a) + 1)) by (apply Rinv_le_contravar; lra). lra.
Qed.
Lemma up_max a b c d : a <= b -> c <= d -> Rmax a c <= Rmax b d.
Proof. intros H K. apply Rmax_case; [eapply Rle_trans; [exact H|apply Rmax_l]|eapply Rle_trans; [exact K|apply Rmax_r]]. Qed.
Lemma up_min a b c d : a <= b -> c <= d -> Rmin a c <= Rmin b d.
Proof. intros H K. apply Rmin_glb; [eapply Rle_trans; [apply Rmin_l|exact H]|eapply Rle_trans; [apply Rmin_r|exact K]]. Qed.
Lemma up_log a b : 0 < a -> a <= b -> ln a <= ln b.
Proof. intros A H. apply ln_le; assumption. Qed.
Lemma up_abs a b : 0 <= a -> a <= b -> Rabs a <= Rabs b.
Proof. intros A H. rewrite !Rabs_pos_eq; lra. Qed.
Lemma up_cosh a b : 0 <= a -> a <= b -> cosh a <= cosh b.
Proof.
  intros A H. unfold cosh. assert (P : 0 <= (exp b - exp a) * (1 - exp (- a) * exp (- b))).
  { pose proof (up_exp a b H). apply Rmult_le_pos; [lra|]. rewrite <- exp_plus.
    assert (exp (- a + - b) <= exp 0) by (apply up_exp; lra). rewrite exp_0 in *. lra. }
  replace ((exp b - exp a) * (1 - exp (- a) * exp (- b)))
    with (exp b - exp a - exp (- a) * (exp b * exp (- b)) + exp a * exp (- a) * exp (- b)) in P by ring.
  assert (E : forall t, exp t * exp (- t) = 1) by (intro t; rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  rewrite !E in P. lra.
Qed.
Lemma up_pow n a b : 0 <= a -> a <= b -> a ^ n <= b ^ n. Proof. intros A H. apply pow_incr. lra. Qed.
Lemma up_odd n a b : a <= b -> a ^ S (2 * n) <= b ^ S (2 * n).
Proof.
  intro H. destruct (Rle_or_lt 0 a) as [A|A]; [apply up_pow; assumption|]. destruct (Rle_or_lt 0 b) as [B|B].
  - apply Rle_trans with 0; [apply odd_zz; lra|apply pow_le, B].
  - assert (E : forall x, x ^ S (2 * n) = - (- x) ^ S (2 * n)).
    { intro x. rewrite !odd_step, !pow_mult. replace ((- x) ^ 2) with (x ^ 2) by ring. ring. }
    rewrite (E a), (E b). apply Ropp_le_contravar, up_pow; lra.
Qed.
Lemma up_sqrt a b : a <= b -> sqrt a <= sqrt b. Proof. apply sqrt_le_1_alt. Qed.
Lemma down_inv a b : 0 < a -> a <= b -> / b <= / a. Proof. intros A H. apply Rinv_le_contravar; assumption. Qed.
Lemma up_mul_l s a b : 0 <= s -> a <= b -> s * a <= s * b. Proof. intros S H. apply Rmult_le_compat_l; assumption. Qed.
Lemma up_mul_r s a b : 0 <= s -> a <= b -> a * s <= b * s. Proof. intros S H. apply Rmult_le_compat_r; assumption. Qed.
Lemma down_mul_l s a b : s <= 0 -> a <= b -> s * b <= s * a. Proof. intros S H. nra. Qed.
Lemma down_mul_r s a b : s <= 0 -> a <= b -> b * s <= a * s. Proof. intros S H. nra. Qed.
Lemma up_geometric a b : Rabs a < 1 -> Rabs b < 1 -> a <= b -> geometric a <= geometric b.
Proof.
  intros A B H. rewrite !geometric_is by assumption. apply Rinv_le_contravar; [|lra]. apply Rabs_def2 in B. lra.
Qed.

(* Absolute values. *)
Lemma triangle_step a b c : Rabs a <= c -> Rabs (a + b) <= c + Rabs b.
Proof. intro H. eapply Rle_trans; [apply Rabs_triang|]. lra. Qed.
Lemma product_step a b c : Rabs a = c -> Rabs (a * b) = c * Rabs b.
Proof. intros <-. apply Rabs_mult. Qed.
Lemma abs_of_np a : a <= 0 -> Rabs a = -1 * a. Proof. intro H. rewrite Rabs_left1; lra. Qed.
Lemma root_step a b c : 0 <= a -> 0 <= b -> sqrt a = c -> sqrt (a * b) = c * sqrt b.
Proof. intros A B <-. apply sqrt_mult; assumption. Qed.
Lemma root_of_square a : sqrt (a ^ 2) = Rabs a.
Proof. rewrite <- sqrt_Rsqr_abs. f_equal. unfold Rsqr. ring. Qed.
Lemma inverse_abs a : Rabs (/ a) = / Rabs a. Proof. apply Rabs_inv. Qed.
Lemma abs_power a n : Rabs (a ^ n) = Rabs a ^ n. Proof. symmetry. apply RPow_abs. Qed.
Lemma abs_bounded t u l b : u = t -> l = -1 * t -> u <= b -> l <= b -> Rabs t <= b.
Proof. intros -> -> U L. apply Rabs_le. lra. Qed.
Lemma below_own_abs a : a <= Rabs a. Proof. apply Rle_abs. Qed.

(* Two terms that differ in the grouping of sums and products only, once abbreviations are written out. *)
Ltac grouped :=
  first [ reflexivity
        | rewrite <- ?Rmult_assoc, <- ?Rplus_assoc; reflexivity
        | lazymatch goal with
          | |- bigsum _ _ = bigsum _ _ => apply bigsum_ext; intros ? _; grouped
          | |- bigmax _ _ = bigmax _ _ => apply bigmax_ext; intros ? _; grouped
          | |- ?a = ?a => reflexivity
          | |- _ + _ = _ + _ => first [apply f_equal2; grouped | rewrite <- ?Rplus_assoc; apply f_equal2; grouped]
          | |- _ * _ = _ * _ => first [apply f_equal2; grouped | rewrite <- ?Rmult_assoc; apply f_equal2; grouped]
          | |- Rmax _ _ = _ => apply f_equal2; grouped
          | |- Rmin _ _ = _ => apply f_equal2; grouped
          | |- _ ^ ?n = _ ^ ?n => apply (f_equal (fun x => x ^ n)); grouped
          | |- _ => apply f_equal; grouped
          end
        | ring ].
Ltac regroup := lazymatch goal with |- ?a = ?b => let a' := eval cbv beta in a in let b' := eval cbv beta in b in change (a' = b'); grouped end.

Lemma geometric_form x : Rabs x < 1 -> geometric x = 1 * / (1 + -1 * x).
Proof. intro H. rewrite geometric_is, Rmult_1_l by exact H. apply f_equal. ring. Qed.
Lemma fact_le_p c a : c <= a -> 0 < c -> 0 < a. Proof. lra. Qed.
Lemma fact_le_n c a : c <= a -> 0 <= c -> 0 <= a. Proof. lra. Qed.
Lemma fact_lt_p c a : c < a -> 0 <= c -> 0 < a. Proof. lra. Qed.
Lemma fact_lt_n c a : c < a -> 0 <= c -> 0 <= a. Proof. lra. Qed.
Lemma fact_le_m c a : a <= c -> c < 0 -> a < 0. Proof. lra. Qed.
Lemma fact_le_z c a : a <= c -> c <= 0 -> a <= 0. Proof. lra. Qed.
Lemma fact_lt_m c a : a < c -> c <= 0 -> a < 0. Proof. lra. Qed.
Lemma fact_lt_z c a : a < c -> c <= 0 -> a <= 0. Proof. lra. Qed.
Lemma fact_eq_p c a : c = a -> 0 < c -> 0 < a. Proof. lra. Qed.
Lemma fact_eq_n c a : c = a -> 0 <= c -> 0 <= a. Proof. lra. Qed.
Lemma fact_eq_m c a : c = a -> c < 0 -> a < 0. Proof. lra. Qed.
Lemma fact_eq_z c a : c = a -> c <= 0 -> a <= 0. Proof. lra. Qed.
Lemma fact_eq_p_back c a : a = c -> 0 < c -> 0 < a. Proof. lra. Qed.
Lemma fact_eq_n_back c a : a = c -> 0 <= c -> 0 <= a. Proof. lra. Qed.
Lemma fact_eq_m_back c a : a = c -> c < 0 -> a < 0. Proof. lra. Qed.
Lemma fact_eq_z_back c a : a = c -> c <= 0 -> a <= 0. Proof. lra. Qed.

(* A product of factors >= 1, one of them > 1. *)
Lemma one_mul a b : 1 <= a -> 1 <= b -> 1 <= a * b. Proof. nra. Qed.
Lemma more_mul_l a b : 1 < a -> 1 <= b -> 1 < a * b. Proof. nra. Qed.
Lemma more_mul_r a b : 1 <= a -> 1 < b -> 1 < a * b. Proof. nra. Qed.
Lemma one_inv a : 0 < a -> a <= 1 -> 1 <= / a. Proof. intros. rewrite <- Rinv_1. apply Rinv_le_contravar; assumption. Qed.
Lemma more_inv a : 0 < a -> a < 1 -> 1 < / a.
Proof. intros. rewrite <- Rinv_1. apply Rinv_lt_contravar; lra. Qed.
Lemma log_more a : 1 < a -> 0 < ln a. Proof. intro H. rewrite <- ln_1. apply ln_increasing; lra. Qed.
Ltac one := lazymatch goal with
  | |- 1 <= _ * _ => apply one_mul; one
  | |- 1 <= / _ => apply one_inv; lra
  | |- _ => lra end.
Ltac more := lazymatch goal with
  | |- 1 < _ * _ => first [apply more_mul_l; [more | one] | apply more_mul_r; [one | more]]
  | |- 1 < / _ => apply more_inv; lra
  | |- _ => lra end.
Ltac computed := first [lra | itv | interval with (i_prec 80) | nra | apply log_more; more].

(* What is proved says what the arguments are, before they are looked at. *)
Arguments one_in _ & _. Arguments size_pos _ & _. Arguments size_one _ & _. Arguments cast_le _ _ _ _ & _.
Arguments cast_lt _ _ _ _ & _. Arguments cast_eq _ _ _ _ & _. Arguments tr_le_le _ _ _ & _.
Arguments tr_le_lt _ _ _ & _. Arguments tr_lt_le _ _ _ & _. Arguments tr_lt_lt _ _ _ & _.
Arguments tr_eq_le _ _ _ & _. Arguments tr_eq_lt _ _ _ & _. Arguments tr_le_eq _ _ _ & _.
Arguments tr_lt_eq _ _ _ & _. Arguments tr_eq_eq _ _ _ & _. Arguments split_cases _ _ & _.
Arguments split_cases_lt _ _ & _. Arguments gap_goal_le _ _ _ & _. Arguments gap_goal_lt _ _ _ & _.
Arguments gap_goal_eq _ _ _ & _. Arguments part_le _ _ _ & _. Arguments part_lt _ _ _ & _.
Arguments part_eq _ _ _ & _. Arguments part_eq_le _ _ _ & _. Arguments zero_sum _ _ & _.
Arguments bigsum_ext _ _ _ & _. Arguments bigsum_le _ _ _ & _. Arguments bigsum_nn _ _ & _.
Arguments bigsum_np _ _ & _. Arguments bigsum_pos _ _ & _. Arguments bigmax_ext _ _ _ & _.
Arguments bigmax_le _ _ _ & _. Arguments below_bigmax _ _ _ & _. Arguments bigmax_bound _ _ _ & _.
Arguments bigmax_bound_lt _ _ _ & _. Arguments bigmax_nn _ _ & _. Arguments bigmax_pos _ _ & _.
 Arguments lt_nn _ & _. Arguments lt_np _ & _. Arguments eq_nn _ & _.
Arguments eq_np _ & _. Arguments add_pp _ _ & _. Arguments add_pn _ _ & _. Arguments add_np _ _ & _.
Arguments add_nn _ _ & _. Arguments add_mm _ _ & _. Arguments add_mz _ _ & _. Arguments add_zm _ _ & _.
Arguments add_zz _ _ & _. Arguments mul_pp _ _ & _. Arguments mul_nn _ _ & _. Arguments mul_mm _ _ & _.
Arguments mul_zz _ _ & _. Arguments mul_mp _ _ & _. Arguments mul_pm _ _ & _. Arguments mul_zn _ _ & _.
Arguments mul_nz _ _ & _. Arguments inv_nn _ & _. Arguments inv_mm _ & _. Arguments even_pos _ _ & _.
Arguments odd_mm _ _ & _. Arguments odd_zz _ _ & _. Arguments abs_pos _ & _. Arguments pos_nonzero _ & _.
Arguments neg_nonzero _ & _. Arguments not_zero _ _ & _. Arguments mul_nonzero _ _ & _. Arguments max_left_pos _ _ & _.
Arguments max_right_pos _ _ & _. Arguments max_left_nn _ _ & _. Arguments max_right_nn _ _ & _.
Arguments min_pos _ _ & _. Arguments min_nn _ _ & _. Arguments sinh_pos _ & _. Arguments sinh_nn _ & _.
Arguments tanh_pos _ & _. Arguments tanh_nn _ & _. Arguments small_abs _ & _. Arguments geometric_pos _ & _.
Arguments up_add _ _ _ _ & _. Arguments up_exp _ _ & _. Arguments up_sinh _ _ & _. Arguments up_tanh _ _ & _.
Arguments up_max _ _ _ _ & _. Arguments up_min _ _ _ _ & _. Arguments up_log _ _ & _. Arguments up_abs _ _ & _.
Arguments up_cosh _ _ & _. Arguments up_pow _ _ _ & _. Arguments up_odd _ _ _ & _. Arguments up_sqrt _ _ & _.
Arguments down_inv _ _ & _. Arguments up_mul_l _ _ _ & _. Arguments up_mul_r _ _ _ & _.
Arguments down_mul_l _ _ _ & _. Arguments down_mul_r _ _ _ & _. Arguments up_geometric _ _ & _.
Arguments triangle_step _ _ _ & _. Arguments product_step _ _ _ & _. Arguments abs_bounded _ _ _ _ & _.
Arguments fact_le_p _ _ & _. Arguments fact_le_n _ _ & _. Arguments fact_lt_p _ _ & _. Arguments fact_lt_n _ _ & _.
Arguments fact_le_m _ _ & _. Arguments fact_le_z _ _ & _. Arguments fact_lt_m _ _ & _. Arguments fact_lt_z _ _ & _.
Arguments fact_eq_p _ _ & _. Arguments fact_eq_n _ _ & _. Arguments fact_eq_m _ _ & _. Arguments fact_eq_z _ _ & _.
Arguments fact_eq_p_back _ _ & _. Arguments fact_eq_n_back _ _ & _. Arguments fact_eq_m_back _ _ & _.
Arguments fact_eq_z_back _ _ & _. Arguments every_intro _ _ & _. Arguments Rlt_le _ _ & _. Arguments Req_le _ _ & _.
Arguments Rinv_0_lt_compat _ & _. Arguments sqrt_lt_R0 _ & _. Arguments pow_lt _ _ & _. Arguments pow_le _ _ & _.
Arguments Rmax_lub _ _ _ & _. Arguments pow_nonzero _ _ & _. Arguments Rinv_neq_0_compat _ & _.
Arguments conj {A B} & _ _.
