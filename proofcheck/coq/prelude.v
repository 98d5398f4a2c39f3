(* What the exported theorems are written with, and the tactics that prove them.
   Interval runs on floats in software: then the only axioms are those of the classical reals. *)
Set Warnings "-ambiguous-paths".
From Coq Require Export Reals Lra Lia ZArith List.
From Coquelicot Require Export Coquelicot.
From Interval Require Import Specific_stdz Specific_ops.
From Interval Require Export Tactic.
Module SoftFloat := SpecificFloat StdZRadix2.
Module SoftTactic := Tactic.IntervalTactic SoftFloat.
Export SoftTactic.
Local Open Scope R_scope.

(* Sums, maxima and conjunctions over 1..n, Kronecker's delta, entries of lists counted from 1, functions with one other value. *)
Fixpoint bigsum (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S O => f 1%nat | S k => bigsum k f + f n end.
Fixpoint bigmax (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S O => f 1%nat | S k => Rmax (bigmax k f) (f n) end.
Fixpoint every (n : nat) (P : nat -> Prop) : Prop :=
  match n with O => True | S O => P 1%nat | S k => every k P /\ P n end.
Definition delta (i j : nat) : R := if Nat.eqb i j then 1 else 0.
Definition entry {A : Type} (missing : A) (items : list A) (i : nat) : A := nth (pred i) items missing.
Definition put {A : Type} (items : nat -> A) (i : nat) (a : A) : nat -> A := fun j => if Nat.eqb j i then a else items j.
Definition near (P : R -> Prop) (x : R) : Prop := locally x P.
Definition geometric (x : R) : R := Series (fun k => x ^ k).

(* One fact of the domain per shape of goal. *)
Lemma of_gap_le a b : 0 <= b - a -> a <= b. Proof. lra. Qed.
Lemma of_gap_lt a b : 0 < b - a -> a < b. Proof. lra. Qed.
Lemma gap_le a b : a <= b -> 0 <= b - a. Proof. lra. Qed.
Lemma gap_lt a b : a < b -> 0 < b - a. Proof. lra. Qed.
Lemma gap_eq a b : a = b -> 0 <= b - a. Proof. lra. Qed.
Lemma gap_eq_sym a b : a = b -> 0 <= a - b. Proof. lra. Qed.
Lemma same_le a b : a = b -> 0 <= b -> 0 <= a. Proof. lra. Qed.
Lemma same_lt a b : a = b -> 0 < b -> 0 < a. Proof. lra. Qed.
Lemma weaken a : 0 < a -> 0 <= a. Proof. lra. Qed.
Lemma scale_le f a : 0 < f -> 0 <= f * a -> 0 <= a.
Proof. intros F H. apply (Rmult_le_reg_l f); lra. Qed.
Lemma scale_lt f a : 0 < f -> 0 < f * a -> 0 < a.
Proof. intros F H. apply (Rmult_lt_reg_l f); lra. Qed.
Lemma squared_le a b : 0 <= b -> 0 <= b ^ 2 + -1 * a ^ 2 -> 0 <= b - a.
Proof. intros H K. assert (a <= b); [|lra]. apply Rnot_lt_le. intro L. nra. Qed.
Lemma squared_lt a b : 0 <= b -> 0 < b ^ 2 + -1 * a ^ 2 -> 0 < b - a.
Proof. intros H K. assert (a < b); [|lra]. apply Rnot_le_lt. intro L. nra. Qed.
Lemma logs_le a b : 0 < a -> 0 < b -> 0 <= ln b + -1 * ln a -> 0 <= b - a.
Proof.
  intros A B K. assert (a <= b); [|lra]. apply Rnot_lt_le. intro L. pose proof (ln_increasing b a B L). lra.
Qed.
Lemma logs_lt a b : 0 < a -> 0 < b -> 0 < ln b + -1 * ln a -> 0 < b - a.
Proof.
  intros A B K. assert (a < b); [|lra]. apply ln_lt_inv; lra.
Qed.

(* Monotone and concave functions on an interval. *)
Lemma rises (f f' : R -> R) a b : a <= b -> (forall t, a <= t <= b -> is_derive f t (f' t)) ->
  (forall t, a < t < b -> 0 <= f' t) -> f a <= f b.
Proof.
  intros L D P. destruct (Req_dec a b) as [->|N]; [lra|].
  destruct (MVT_cor2 f f' a b) as [c [E C]]; [lra| |].
  - intros t T. apply is_derive_Reals, D, T.
  - pose proof (P c C). nra.
Qed.
Lemma rises_strictly (f f' : R -> R) a b : a < b -> (forall t, a <= t <= b -> is_derive f t (f' t)) ->
  (forall t, a < t < b -> 0 < f' t) -> f a < f b.
Proof.
  intros L D P. destruct (MVT_cor2 f f' a b) as [c [E C]]; [lra| |].
  - intros t T. apply is_derive_Reals, D, T.
  - pose proof (P c C). nra.
Qed.
Lemma from_low (f f' : R -> R) a x : a <= x -> (forall t, a <= t <= x -> is_derive f t (f' t)) ->
  (forall t, a < t < x -> 0 <= f' t) -> 0 <= f a -> 0 <= f x.
Proof. intros L D P F. pose proof (rises f f' a x L D P). lra. Qed.
Lemma from_low_lt (f f' : R -> R) a x : a <= x -> (forall t, a <= t <= x -> is_derive f t (f' t)) ->
  (forall t, a < t < x -> 0 <= f' t) -> 0 < f a -> 0 < f x.
Proof. intros L D P F. pose proof (rises f f' a x L D P). lra. Qed.
Lemma from_low_steep (f f' : R -> R) a x : a < x -> (forall t, a <= t <= x -> is_derive f t (f' t)) ->
  (forall t, a < t < x -> 0 < f' t) -> 0 <= f a -> 0 < f x.
Proof. intros L D P F. pose proof (rises_strictly f f' a x L D P). lra. Qed.
Lemma falls_as (f f' : R -> R) t : is_derive f t (f' t) -> is_derive (fun x => - f x) t (- f' t).
Proof. intro D. apply (is_derive_opp f). exact D. Qed.
Lemma from_high (f f' : R -> R) x b : x <= b -> (forall t, x <= t <= b -> is_derive f t (f' t)) ->
  (forall t, x < t < b -> 0 <= -1 * f' t) -> 0 <= f b -> 0 <= f x.
Proof.
  intros L D P F. pose proof (rises (fun t => - f t) (fun t => - f' t) x b L (fun t T => falls_as f f' t (D t T))) as Q.
  assert (- f x <= - f b); [|lra]. apply Q. intros t T. pose proof (P t T). lra.
Qed.
Lemma from_high_lt (f f' : R -> R) x b : x <= b -> (forall t, x <= t <= b -> is_derive f t (f' t)) ->
  (forall t, x < t < b -> 0 <= -1 * f' t) -> 0 < f b -> 0 < f x.
Proof.
  intros L D P F. pose proof (rises (fun t => - f t) (fun t => - f' t) x b L (fun t T => falls_as f f' t (D t T))) as Q.
  assert (- f x <= - f b); [|lra]. apply Q. intros t T. pose proof (P t T). lra.
Qed.
Lemma from_high_steep (f f' : R -> R) x b : x < b -> (forall t, x <= t <= b -> is_derive f t (f' t)) ->
  (forall t, x < t < b -> 0 < -1 * f' t) -> 0 <= f b -> 0 < f x.
Proof.
  intros L D P F.
  pose proof (rises_strictly (fun t => - f t) (fun t => - f' t) x b L (fun t T => falls_as f f' t (D t T))) as Q.
  assert (- f x < - f b); [|lra]. apply Q. intros t T. pose proof (P t T). lra.
Qed.
(* A concave function lies above its chord: f' falls, so the chord to the left of x is the steeper one. *)
Lemma above_chord (f f' f'' : R -> R) a b x : a < x < b ->
  (forall t, a <= t <= b -> is_derive f t (f' t)) -> (forall t, a < t < b -> is_derive f' t (f'' t)) ->
  (forall t, a < t < b -> 0 <= -1 * f'' t) -> f a * (b - x) + f b * (x - a) <= f x * (b - a).
Proof.
  intros X D DD P.
  destruct (MVT_cor2 f f' a x) as [c [E C]]; [lra|intros t T; apply is_derive_Reals, D; lra|].
  destruct (MVT_cor2 f f' x b) as [d [F G]]; [lra|intros t T; apply is_derive_Reals, D; lra|].
  assert (0 <= f' c - f' d).
  { destruct (MVT_cor2 f' f'' c d) as [e [H K]]; [lra|intros t T; apply is_derive_Reals, DD; lra|].
    assert (0 <= -1 * f'' e) by (apply P; lra). nra. }
  assert (0 <= (b - x) * ((x - a) * (f' c - f' d))) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]). nra.
Qed.
Lemma concave_le (f f' f'' : R -> R) a b x : a <= x <= b ->
  (forall t, a <= t <= b -> is_derive f t (f' t)) -> (forall t, a < t < b -> is_derive f' t (f'' t)) ->
  (forall t, a < t < b -> 0 <= -1 * f'' t) -> 0 <= f a -> 0 <= f b -> 0 <= f x.
Proof.
  intros X D DD P A B. destruct (Req_dec a x) as [<-|N]; [exact A|]. destruct (Req_dec x b) as [->|M]; [exact B|].
  assert (Q : f a * (b - x) + f b * (x - a) <= f x * (b - a)) by (apply (above_chord f f' f''); auto; lra).
  assert (0 <= f a * (b - x) + f b * (x - a)) by (apply Rplus_le_le_0_compat; apply Rmult_le_pos; lra).
  apply Rnot_lt_le. intro L. nra.
Qed.
Lemma concave_lt (f f' f'' : R -> R) a b x : a <= x <= b ->
  (forall t, a <= t <= b -> is_derive f t (f' t)) -> (forall t, a < t < b -> is_derive f' t (f'' t)) ->
  (forall t, a < t < b -> 0 <= -1 * f'' t) -> 0 < f a -> 0 < f b -> 0 < f x.
Proof.
  intros X D DD P A B. destruct (Req_dec a x) as [<-|N]; [exact A|]. destruct (Req_dec x b) as [->|M]; [exact B|].
  assert (Q : f a * (b - x) + f b * (x - a) <= f x * (b - a)) by (apply (above_chord f f' f''); auto; lra).
  assert (0 < f a * (b - x)) by (apply Rmult_lt_0_compat; lra).
  assert (0 < f b * (x - a)) by (apply Rmult_lt_0_compat; lra).
  apply Rnot_le_lt. intro L. nra.
Qed.

(* Functions of terms in normal form. *)
Lemma exp_power t n : exp t ^ n = exp (INR n * t).
Proof.
  induction n as [|n IH]; [simpl; rewrite Rmult_0_l, exp_0; reflexivity|].
  rewrite S_INR. simpl pow. rewrite IH, <- exp_plus. f_equal. ring.
Qed.
Lemma exp_inverse t : / exp t = exp (-1 * t).
Proof. replace (-1 * t) with (- t) by ring. symmetry. apply exp_Ropp. Qed.
Lemma exp_half_ln p : 0 < p -> exp (1 / 2 * ln p) = sqrt p.
Proof.
  intro P. symmetry. rewrite <- (exp_ln p P) at 1. replace (ln p) with (1 / 2 * ln p + 1 / 2 * ln p) at 1 by field.
  rewrite exp_plus. apply sqrt_square. left. apply exp_pos.
Qed.
Lemma ln_is a b : a = exp b -> ln a = b. Proof. intros ->. apply ln_exp. Qed.
Lemma sqrt_is a b : 0 <= b -> a = b * b -> sqrt a = b. Proof. intros B ->. apply sqrt_square, B. Qed.
Lemma sqrt_times a k c : 0 <= k -> a = k * k * c -> sqrt a = k * sqrt c.
Proof. intros K ->. rewrite sqrt_mult_alt by nra. rewrite sqrt_square by exact K. reflexivity. Qed.
Lemma abs_is a b : 0 <= b -> (a = b \/ a = -1 * b) -> Rabs a = b.
Proof. intros B [->| ->]; [apply Rabs_pos_eq, B|]. rewrite Rabs_left1; lra. Qed.
Lemma abs_times a k z : 0 <= k -> (a = k * z \/ a = -1 * (k * z)) -> Rabs a = k * Rabs z.
Proof.
  intros K E. rewrite <- (Rabs_pos_eq k K) at 1. rewrite <- Rabs_mult.
  destruct E as [->| ->]; [reflexivity|]. rewrite Rabs_mult, Rabs_left1; lra.
Qed.
Lemma abs_square z : Rabs z * Rabs z = z * z. Proof. rewrite <- Rabs_mult. apply Rabs_pos_eq. nra. Qed.
Lemma abs_low x c : Rabs x <= c -> - c <= x. Proof. intro H. apply Rabs_le_between in H. lra. Qed.
Lemma abs_high x c : Rabs x <= c -> x <= c. Proof. intro H. apply Rabs_le_between in H. lra. Qed.
Lemma abs_low_lt x c : Rabs x < c -> - c < x. Proof. intro H. apply Rabs_lt_between in H. lra. Qed.
Lemma abs_high_lt x c : Rabs x < c -> x < c. Proof. intro H. apply Rabs_lt_between in H. lra. Qed.
Lemma sinh_exp x : sinh x = 1 / 2 * (exp x + -1 * exp (-1 * x)).
Proof. unfold sinh. replace (-1 * x) with (- x) by ring. field. Qed.
Lemma cosh_exp x : cosh x = 1 / 2 * (exp x + exp (-1 * x)).
Proof. unfold cosh. replace (-1 * x) with (- x) by ring. field. Qed.
Lemma tanh_exp x : tanh x = 1 + -2 * / (exp (2 * x) + 1).
Proof.
  unfold tanh, sinh, cosh. rewrite exp_Ropp. replace (2 * x) with (x + x) by ring. rewrite exp_plus.
  pose proof (exp_pos x). field. nra.
Qed.
Lemma tanh_derivative x : is_derive tanh x (1 - tanh x ^ 2).
Proof.
  unfold tanh, sinh, cosh. assert (P : 0 < exp x + exp (- x)) by (apply Rplus_lt_0_compat; apply exp_pos).
  auto_derive; [lra|]. field. lra.
Qed.
Global Instance UnaryDiff_tanh : UnaryDiff tanh := {UnaryDiff_f' := fun x => 1 - tanh x ^ 2; UnaryDiff_H := tanh_derivative}.
Lemma geometric_is x : Rabs x < 1 -> geometric x = / (1 - x).
Proof. intro H. apply is_series_unique, is_series_geom, H. Qed.

Lemma exp_gap a b : b < a -> 0 < exp a + -1 * exp b. Proof. intro H. pose proof (exp_increasing b a H). lra. Qed.

(* Signs by form. *)
Ltac itv := first [interval with (i_prec 30) | interval with (i_prec 80)].
Ltac pos :=
  lazymatch goal with
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < PI => apply PI_RGT_0
  | |- 0 < _ * _ => first [apply Rmult_lt_0_compat; pos | itv]
  | |- 0 < / _ => apply Rinv_0_lt_compat; pos
  | |- 0 < _ / _ => apply Rdiv_lt_0_compat; pos
  | |- 0 < _ ^ _ => apply pow_lt; pos
  | |- 0 < sqrt _ => apply sqrt_lt_R0; pos
  | |- 0 < Rabs _ => apply Rabs_pos_lt; nonzero
  | |- 0 < exp _ + -1 * exp _ => first [apply exp_gap; lra | itv]
  | |- 0 < _ + _ => first [lra | itv | apply Rplus_lt_0_compat; pos | apply Rplus_lt_le_0_compat; [pos|nn]
                          | apply Rplus_le_lt_0_compat; [nn|pos]]
  | |- _ => first [assumption | lra | itv]
  end
with nn :=
  lazymatch goal with
  | |- 0 <= exp _ => left; apply exp_pos
  | |- 0 <= Rabs _ => apply Rabs_pos
  | |- 0 <= sqrt _ => apply sqrt_pos
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= _ * _ => first [apply Rmult_le_pos; nn | itv]
  | |- 0 <= / _ => left; apply Rinv_0_lt_compat; pos
  | |- 0 <= _ ^ _ => apply pow_le; nn
  | |- 0 <= _ + _ => first [lra | itv | apply Rplus_le_le_0_compat; nn]
  | |- _ => first [assumption | lra | itv]
  end
with nonzero :=
  lazymatch goal with
  | |- _ /\ _ => split; nonzero
  | |- ?a <> 0 => first [lra | apply Rgt_not_eq; unfold Rgt; solve [pos] | apply Rlt_not_eq; solve [itv | lra]
                        | assumption]
  | |- _ => first [assumption | pos | nn]
  end.
Ltac bound :=
  first [assumption | apply Rlt_le; assumption | lra
        | match goal with H : Rabs ?x <= _ |- _ <= ?x => pose proof (abs_low _ _ H); lra
                        | H : Rabs ?x <= _ |- ?x <= _ => pose proof (abs_high _ _ H); lra
                        | H : Rabs ?x < _ |- _ < ?x => pose proof (abs_low_lt _ _ H); lra
                        | H : Rabs ?x < _ |- ?x < _ => pose proof (abs_high_lt _ _ H); lra
                        | H : Rabs ?x < _ |- _ <= ?x => pose proof (abs_low_lt _ _ H); lra
                        | H : Rabs ?x < _ |- ?x <= _ => pose proof (abs_high_lt _ _ H); lra end].

(* exp a = exp t1 ^ k1 * ... : one exponent on both sides, which are then equal polynomials. *)
Ltac exponents := rewrite ?exp_power, ?exp_inverse, <- ?exp_plus; apply f_equal; rewrite ?INR_IZR_INZ; simpl Z.of_nat.

(* ``auto_derive`` multiplies powers out. *)
Ltac powers :=
  repeat match goal with
  | |- context [?x * (?x * 1)] => change (x * (x * 1)) with (x ^ 2)
  | |- context [?x * ?x ^ ?n] => change (x * x ^ n) with (x ^ S n)
  end.

(* Leaves of a tree: a term in normal form on a box. *)
Ltac leaf_le := first [nn | itv | lra | nra].
Ltac leaf_lt := first [pos | itv | lra | nra].
Ltac roots x := first [lra | nra | interval with (i_prec 30, i_bisect x, i_autodiff x)].
Ltac enough_bound := first [lra | match goal with |- 0 <= _ => apply Rlt_le; lra end].
Ltac either :=
  match goal with
  | |- Rmin ?a ?b = _ \/ _ => destruct (Rle_or_lt a b);
      [rewrite (Rmin_left a b) by lra | rewrite (Rmin_right a b) by lra]
  | |- Rmax ?a ?b = _ \/ _ => destruct (Rle_or_lt a b);
      [rewrite (Rmax_right a b) by lra | rewrite (Rmax_left a b) by lra]
  | |- Rabs ?a = _ \/ _ => destruct (Rle_or_lt 0 a);
      [rewrite (Rabs_pos_eq a) by lra | rewrite (Rabs_left a) by lra]
  end.
Ltac log_below := first [left; apply ln_increasing; bound | apply Rlt_le, ln_increasing; bound | apply ln_le; bound].
Ltac inverse_above := apply Rinv_le_contravar; [pos | first [bound | apply pow_incr; split; bound]].

(* Points: everything is computed down to relations between numbers. *)
Ltac compute_point :=
  cbv beta iota zeta delta [bigsum bigmax every delta entry nth pred Nat.pred Nat.eqb Z.to_nat Pos.to_nat Pos.iter_op
                            Nat.add].
Ltac number p := first [interval with (i_prec 40) | interval with (i_prec p) | lra].
Ltac resolved p :=
  repeat match goal with
  | |- context [Rmax ?a ?b] => first [rewrite (Rmax_left a b) by number p | rewrite (Rmax_right a b) by number p]
  | |- context [Rmin ?a ?b] => first [rewrite (Rmin_left a b) by number p | rewrite (Rmin_right a b) by number p]
  | |- context [geometric ?a] => rewrite (geometric_is a) by number p
  | |- context [tanh ?a] => rewrite (tanh_exp a)
  | |- context [cosh ?a] => rewrite (cosh_exp a)
  | |- context [sinh ?a] => rewrite (sinh_exp a)
  end.
Lemma sqrt_below e c : 0 <= c -> e <= c * c -> sqrt e <= c.
Proof. intros C H. rewrite <- (sqrt_square c C). apply sqrt_le_1_alt, H. Qed.
Lemma sqrt_above e c : 0 <= c -> c * c <= e -> c <= sqrt e.
Proof. intros C H. rewrite <- (sqrt_square c C) at 1. apply sqrt_le_1_alt, H. Qed.
Ltac apart p := first [apply Rgt_not_eq; unfold Rgt; number p | apply Rlt_not_eq; number p].
Ltac all_apart p := lazymatch goal with |- _ /\ _ => split; all_apart p | |- _ => apart p end.
Ltac no_abs p :=
  repeat match goal with
  | |- context [Rabs ?a] => first [rewrite (Rabs_pos_eq a) by number p | rewrite (Rabs_left1 a) by number p]
  end.
(* a = ?x, where x is a with what is known put in. *)
Ltac read_off :=
  match goal with
  | V : ?l = _ |- ?l = _ => exact V
  | |- (_ + _) = _ => eapply (f_equal2 Rplus); [read_off | read_off]
  | |- (_ * _) = _ => eapply (f_equal2 Rmult); [read_off | read_off]
  | |- (_ ^ ?n) = _ => eapply (f_equal (fun x => x ^ n)); read_off
  | |- Rmax _ _ = _ => eapply (f_equal2 Rmax); [read_off | read_off]
  | |- Rmin _ _ = _ => eapply (f_equal2 Rmin); [read_off | read_off]
  | |- ?f _ = _ => lazymatch type of f with R -> R => eapply (f_equal f); read_off end
  | |- _ => reflexivity
  end.
Ltac known_in a := let E := fresh in eassert (E : a = _) by read_off; try rewrite E; clear E.
Ltac known :=
  lazymatch goal with
  | V : @eq R _ _ |- _ =>
      lazymatch goal with
      | |- ~ (?a <= ?b) => known_in a; known_in b
      | |- ~ (?a < ?b) => known_in a; known_in b
      | |- ~ (?a = ?b) => known_in a; known_in b
      | |- ?a <= ?b => known_in a; known_in b
      | |- ?a < ?b => known_in a; known_in b
      | |- ?a = ?b => known_in a; known_in b
      | |- _ => idtac
      end
  | |- _ => idtac
  end.
Lemma exp_of_zero a : a = 0 -> exp a = 1. Proof. intros ->. apply exp_0. Qed.
Lemma ln_of_one a : a = 1 -> ln a = 0. Proof. intros ->. apply ln_1. Qed.
Ltac exact_root a roots :=
  lazymatch roots with ?r :: ?more => first [rewrite (sqrt_is a r) by lra | exact_root a more] end.
Ltac trivial_values roots :=
  repeat match goal with
  | |- context [exp ?a] => rewrite (exp_of_zero a) by lra
  | |- context [ln ?a] => rewrite (ln_of_one a) by lra
  | |- context [sqrt ?a] => exact_root a roots
  end.
Ltac equal p roots :=
  first [reflexivity | lra | field; all_apart p | apply sqrt_is; [number p | field; all_apart p]
        | progress no_abs p; equal p roots | progress trivial_values roots; equal p roots
        | progress (rewrite ?exp_inverse, ?Rmult_1_l, ?Rmult_1_r, <- ?exp_plus); equal p roots | apply f_equal; equal p roots].
Ltac below p roots :=
  first [number p | apply sqrt_below; [number p | below p roots] | apply sqrt_above; [number p | below p roots]
        | apply Rabs_le; split; below p roots | right; equal p roots].
Ltac abbreviations := repeat lazymatch goal with |- let _ := _ in _ => intro end.
Ltac expand := repeat match goal with x := _ |- _ => subst x end; compute_point; known.
(* An entry of an abbreviation, from what is known about those before it. *)
Ltac valued x p roots := unfold x; compute_point; eapply eq_trans; [read_off | equal p roots].
Ltac compared p roots :=
  lazymatch goal with
  | |- ~ _ <= _ => apply Rlt_not_le; compared p roots
  | |- ~ _ < _ => apply Rle_not_lt; compared p roots
  | |- _ <> _ => resolved p; apart p
  | |- _ = _ => resolved p; equal p roots
  | |- _ < _ => resolved p; number p
  | |- _ <= _ => resolved p; below p roots
  end.
(* Abbreviations are put in only where two numbers are compared: what is whole stays small. *)
Ltac at_point p where_ roots :=
  lazymatch goal with
  | |- _ /\ _ => split; at_point p where_ roots
  | |- every _ _ => cbv beta iota delta [every Z.to_nat Pos.to_nat Pos.iter_op Nat.add]; at_point p where_ roots
  | |- exists i : nat, _ => lazymatch where_ with ?k :: ?more => exists k; at_point p more roots end
  | |- True => exact I
  | |- (_ <= _)%Z => lia
  | |- (_ <= _)%nat => compute_point; lia
  | |- ~ _ => expand; compared p roots
  | |- _ = _ => expand; compared p roots
  | |- _ < _ => expand; compared p roots
  | |- _ <= _ => expand; compared p roots
  | |- _ => first [assumption | progress expand; at_point p where_ roots]
  end.
Ltac some_way p where_ roots :=
  lazymatch goal with
  | |- _ \/ _ => first [left; solve [at_point p where_ roots] | right; some_way p where_ roots]
  | |- _ => at_point p where_ roots
  end.
