(* Sums over 1..n of symbolic size, and signs of terms with arrays: what the tactics of sums.py are made of. *)
From Coq Require Import Reals Lra Lia ZArith.
From Proofcheck Require Import Prelude.
Local Open Scope R_scope.

Lemma bigsum_S n f : bigsum (S n) f = bigsum n f + f (S n).
Proof. destruct n; simpl; ring. Qed.
Lemma bigsum_ext n f g : (forall i, (1 <= i <= n)%nat -> f i = g i) -> bigsum n f = bigsum n g.
Proof.
  induction n as [|n IH]; intro H; [reflexivity|]. rewrite !bigsum_S, IH, H; [reflexivity|lia|].
  intros i I. apply H. lia.
Qed.
Lemma bigmax_S n f : bigmax (S (S n)) f = Rmax (bigmax (S n) f) (f (S (S n))).
Proof. reflexivity. Qed.
Lemma bigmax_ext n f g : (forall i, (1 <= i <= n)%nat -> f i = g i) -> bigmax n f = bigmax n g.
Proof.
  destruct n as [|n]; [reflexivity|]. induction n as [|n IH]; intro H; [apply H; lia|].
  rewrite !bigmax_S, IH, H; [reflexivity|lia|]. intros i I. apply H. lia.
Qed.
Lemma bigsum_zero n : bigsum n (fun _ => 0) = 0.
Proof. induction n as [|n IH]; [reflexivity|]. rewrite bigsum_S, IH. ring. Qed.
Lemma bigsum_plus n f g : bigsum n (fun i => f i + g i) = bigsum n (fun i => f i) + bigsum n (fun i => g i).
Proof. induction n as [|n IH]; [simpl; ring|]. rewrite !bigsum_S, IH. ring. Qed.
Lemma bigsum_scal n c f : bigsum n (fun i => c * f i) = c * bigsum n (fun i => f i).
Proof. induction n as [|n IH]; [simpl; ring|]. rewrite !bigsum_S, IH. ring. Qed.
Lemma bigsum_scal_r n c f : bigsum n (fun i => f i * c) = bigsum n (fun i => f i) * c.
Proof. induction n as [|n IH]; [simpl; ring|]. rewrite !bigsum_S, IH. ring. Qed.
Lemma bigsum_one d : (1 <= d)%Z -> bigsum (Z.to_nat d) (fun _ => 1) = IZR d.
Proof.
  intro D. rewrite <- (Z2Nat.id d) at 2 by lia. rewrite <- INR_IZR_INZ. generalize (Z.to_nat d). intro n.
  induction n as [|n IH]; [reflexivity|]. rewrite bigsum_S, IH, S_INR. ring.
Qed.
Lemma bigsum_swap n m f :
  bigsum n (fun i => bigsum m (fun j => f i j)) = bigsum m (fun j => bigsum n (fun i => f i j)).
Proof.
  induction n as [|n IH]; [symmetry; apply bigsum_zero|]. rewrite bigsum_S, IH, <- bigsum_plus.
  apply bigsum_ext. intros j _. rewrite bigsum_S. reflexivity.
Qed.
Lemma delta_same i : delta i i = 1.
Proof. unfold delta. rewrite Nat.eqb_refl. reflexivity. Qed.
Lemma delta_sym i j : delta i j = delta j i.
Proof. unfold delta. rewrite Nat.eqb_sym. reflexivity. Qed.
Lemma delta_twice i j : delta i j * delta i j = delta i j.
Proof. unfold delta. destruct (Nat.eqb i j); ring. Qed.
Lemma bigsum_delta n j f : (1 <= j <= n)%nat -> bigsum n (fun i => f i * delta j i) = f j.
Proof.
  intro J. induction n as [|n IH]; [lia|]. rewrite bigsum_S. destruct (Nat.eq_dec j (S n)) as [->|N].
  - rewrite delta_same, (bigsum_ext n _ (fun _ => 0)), bigsum_zero; [ring|].
    intros i I. unfold delta. rewrite (proj2 (Nat.eqb_neq (S n) i)); [ring|lia].
  - rewrite IH by lia. unfold delta. rewrite (proj2 (Nat.eqb_neq j (S n)) N). ring.
Qed.
Lemma bigsum_delta_r n j f : (1 <= j <= n)%nat -> bigsum n (fun i => f i * delta i j) = f j.
Proof. intro J. rewrite <- (bigsum_delta n j f J). apply bigsum_ext. intros i _. rewrite delta_sym. reflexivity. Qed.

(* Signs. *)
Lemma bigsum_nonneg n f : (forall i, (1 <= i <= n)%nat -> 0 <= f i) -> 0 <= bigsum n f.
Proof.
  induction n as [|n IH]; intro H; [simpl; lra|]. rewrite bigsum_S.
  apply Rplus_le_le_0_compat; [apply IH; intros i I|]; apply H; lia.
Qed.
Lemma bigsum_pos d f : (1 <= d)%Z -> (forall i, (1 <= i <= Z.to_nat d)%nat -> 0 < f i) -> 0 < bigsum (Z.to_nat d) f.
Proof.
  intros D. assert (N : (1 <= Z.to_nat d)%nat) by lia. destruct (Z.to_nat d) as [|n]; [lia|]. intro H. rewrite bigsum_S.
  apply Rplus_le_lt_0_compat; [apply bigsum_nonneg; intros i I; apply Rlt_le|]; apply H; lia.
Qed.
Lemma bigmax_nonneg n f : (forall i, (1 <= i <= n)%nat -> 0 <= f i) -> 0 <= bigmax n f.
Proof.
  destruct n as [|n]; intro H; [simpl; lra|].
  induction n as [|n IH]; [apply H; lia|]. rewrite bigmax_S. apply Rle_trans with (bigmax (S n) f); [|apply Rmax_l].
  apply IH. intros i I. apply H. lia.
Qed.
Lemma every_intro n (P : nat -> Prop) : (forall i, (1 <= i <= n)%nat -> P i) -> every n P.
Proof.
  destruct n as [|n]; [exact (fun _ => I)|]. induction n as [|n IH]; intro H; [apply H; lia|].
  split; [apply IH; intros i J|]; apply H; lia.
Qed.
Lemma size_pos d : (1 <= d)%Z -> 0 < IZR d. Proof. intro D. apply IZR_lt. lia. Qed.
Lemma abs_mul x y a b : Rabs x = a -> Rabs y = b -> Rabs (x * y) = a * b.
Proof. intros <- <-. apply Rabs_mult. Qed.
Lemma abs_pow x a n : Rabs x = a -> Rabs (x ^ n) = a ^ n.
Proof. intros <-. symmetry. apply RPow_abs. Qed.
Lemma abs_inv x a : Rabs x = a -> Rabs (/ x) = / a.
Proof. intros <-. apply Rabs_inv. Qed.
Lemma abs_neg x a : Rabs x = a -> Rabs (-1 * x) = a.
Proof. intros <-. rewrite Rabs_mult, Rabs_left by lra. lra. Qed.
Lemma nonneg_is a b : a = b -> 0 <= a -> 0 <= b. Proof. lra. Qed.
Lemma exp_zero_times a b : a = 0 -> exp a = b -> b = 1. Proof. intros -> <-. apply exp_0. Qed.

(* An abbreviation is put in where only its body shows the sign. *)
Ltac head t := lazymatch t with ?f _ => head f | _ => t end.
Ltac open_up t := let h := head t in is_var h; unfold h; cbv beta.
Ltac given := match goal with H : forall _ : nat, _ |- _ => solve [apply H; assumption
                                                                  | apply Rlt_le, H; assumption] end.
Ltac spos :=
  lazymatch goal with
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < PI => apply PI_RGT_0
  | |- 0 < IZR ?d => first [apply size_pos; assumption | lra]
  | |- 0 < bigsum _ _ => apply bigsum_pos; [assumption | intros; cbv beta; spos]
  | |- 0 < _ * _ => first [apply Rmult_lt_0_compat; spos | nra]
  | |- 0 < / _ => apply Rinv_0_lt_compat; spos
  | |- 0 < _ / _ => apply Rdiv_lt_0_compat; spos
  | |- 0 < _ ^ _ => apply pow_lt; spos
  | |- 0 < sqrt _ => apply sqrt_lt_R0; spos
  | |- 0 < Rabs _ => apply Rabs_pos_lt, Rgt_not_eq; unfold Rgt; spos
  | |- 0 < _ + _ => first [lra | apply Rplus_lt_0_compat; spos | apply Rplus_lt_le_0_compat; [spos|snn]
                          | apply Rplus_le_lt_0_compat; [snn|spos] | gap]
  | |- 0 < Rmax _ _ => first [apply Rlt_le_trans with (2 := Rmax_l _ _); spos | apply Rlt_le_trans with (2 := Rmax_r _ _); spos]
  | |- 0 < ?t => first [assumption | lra | given | open_up t; spos]
  end
with snn :=
  lazymatch goal with
  | |- 0 <= exp _ => left; apply exp_pos
  | |- 0 <= Rabs _ => apply Rabs_pos
  | |- 0 <= sqrt _ => apply sqrt_pos
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= IZR ?d => first [apply Rlt_le, size_pos; assumption | lra]
  | |- 0 <= bigsum _ _ => apply bigsum_nonneg; intros; cbv beta; snn
  | |- 0 <= bigmax _ _ => apply bigmax_nonneg; intros; cbv beta; snn
  | |- 0 <= _ * _ => first [apply Rmult_le_pos; snn | nra]
  | |- 0 <= / _ => left; apply Rinv_0_lt_compat; spos
  | |- 0 <= _ / _ => apply Rmult_le_pos; [snn | left; apply Rinv_0_lt_compat; spos]
  | |- 0 <= ?x ^ ?n => first [apply pow_le; snn | replace (x ^ n) with ((x * x) ^ (Nat.div2 n)) by (simpl; ring); apply pow_le, Rle_0_sqr]
  | |- 0 <= _ + _ => first [lra | apply Rplus_le_le_0_compat; snn | left; gap]
  | |- 0 <= ?t => first [assumption | lra | given | open_up t; snn]
  end
with gap :=
  lazymatch goal with
  | |- 0 < 1 + -1 * exp ?a => cut (exp a < 1); [lra | rewrite <- exp_0; apply exp_increasing; first [lra | nra]]
  | |- 0 < exp ?a + -1 * exp ?b => cut (exp b < exp a); [lra | apply exp_increasing; first [lra | nra]]
  | |- 0 < exp ?a + -1 => cut (1 < exp a); [lra | rewrite <- exp_0; apply exp_increasing; first [lra | nra]]
  end.
Ltac apart_from_0 :=
  first [apply Rgt_not_eq; unfold Rgt; solve [spos] | apply Rlt_not_eq; lra | assumption | lra
        | lazymatch goal with |- ?t <> 0 => open_up t; apart_from_0 end].
Ltac nonzero_product :=
  first [assumption | lra | apply Rmult_integral_contrapositive_currified; nonzero_product | apply pow_nonzero; nonzero_product
        | nra].
Ltac is_defined :=
  lazymatch goal with
  | |- _ /\ _ => split; is_defined
  | |- every _ _ => apply every_intro; intros; cbv beta; is_defined
  | |- _ <> 0 => apart_from_0
  | |- 0 < _ => spos
  | |- 0 <= _ => snn
  | |- True => exact I
  | |- ?t => open_up t; is_defined
  end.
