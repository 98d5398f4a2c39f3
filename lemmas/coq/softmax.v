(* How flat a softmax is, and how little it moves: Kantorovich's bound and Lemma B.1 Part 12 (lines 603-748). *)

Lemma exp_near d1 (w x : nat -> nat -> R) i r B : Rabs (bigsum (Z.to_nat d1) (fun k => w k r * x k i)) <= B ->
  exp (-1 * B) <= E d1 w x i r <= exp B.
Proof. intro H. apply Rabs_le_between in H. unfold E. split; apply exp_le; lra. Qed.

(* All E_r lie in [1/q, q], so sum E_r^2 <= (q + 1/q) sum E_r - m. *)
Theorem kantorovich_square d1 m (w x : nat -> nat -> R) i B : (1 <= m)%Z ->
  (forall r, (1 <= r <= Z.to_nat m)%nat -> Rabs (bigsum (Z.to_nat d1) (fun k => w k r * x k i)) <= B) ->
  IZR m * bigsum (Z.to_nat m) (fun r => soft d1 m w x i r ^ 2) <= ((exp B + exp (-1 * B)) * / 2) ^ 2.
Proof.
  intros M H. pose proof (alpha_pos d1 m w x i M) as A. set (a := alpha d1 m w x i) in *.
  set (q := exp B). set (p := exp (-1 * B)).
  assert (PQ : p * q = 1) by (unfold p, q; rewrite <- exp_plus, <- exp_0; f_equal; ring).
  assert (K : bigsum (Z.to_nat m) (fun r => E d1 w x i r ^ 2) <= (q + p) * a + -1 * IZR m).
  { replace (-1 * IZR m) with (bigsum (Z.to_nat m) (fun _ => -1)) by (rewrite bigsum_const by exact M; ring).
    unfold a, alpha. rewrite <- bigsum_times, <- bigsum_plus. apply bigsum_le. intros r I.
    pose proof (exp_near d1 w x i r B (H r I)) as [L U]. fold p in L. fold q in U. nra. }
  rewrite (bigsum_ext _ _ (fun r => / a ^ 2 * E d1 w x i r ^ 2)) by (intros; unfold soft; fold a; field; lra).
  rewrite bigsum_times. apply (Rmult_le_reg_l (a ^ 2)); [apply pow_lt, A|].
  replace (a ^ 2 * (IZR m * (/ a ^ 2 * bigsum (Z.to_nat m) (fun r => E d1 w x i r ^ 2)))) with
    (IZR m * bigsum (Z.to_nat m) (fun r => E d1 w x i r ^ 2)) by (field; lra).
  assert (1 <= IZR m) by (apply IZR_le; exact M). pose proof (pow2_ge_0 ((q + p) * / 2 * a - IZR m)) as S.
  apply Rle_trans with (IZR m * ((q + p) * a + -1 * IZR m)); [apply Rmult_le_compat_l; lra|].
  replace ((q + p) * / 2) with ((q + p) / 2) in * by reflexivity. nra.
Qed.
(* Proves theorem.R/kantorovich.square by:
   intros; split; [defined|apply kantorovich_square; auto]. *)
Theorem kantorovich d1 m (w x : nat -> nat -> R) i j B : (1 <= m)%Z ->
  (forall r, (1 <= r <= Z.to_nat m)%nat -> Rabs (bigsum (Z.to_nat d1) (fun k => w k r * x k i)) <= B) ->
  (forall r, (1 <= r <= Z.to_nat m)%nat -> Rabs (bigsum (Z.to_nat d1) (fun k => w k r * x k j)) <= B) ->
  IZR m * bigsum (Z.to_nat m) (fun r => soft d1 m w x i r * soft d1 m w x j r) <= ((exp B + exp (-1 * B)) * / 2) ^ 2.
Proof.
  intros M H K. pose proof (kantorovich_square d1 m w x i B M H). pose proof (kantorovich_square d1 m w x j B M K).
  assert (1 <= IZR m) by (apply IZR_le; exact M).
  assert (bigsum (Z.to_nat m) (fun r => soft d1 m w x i r * soft d1 m w x j r) <= 1 / 2 *
    (bigsum (Z.to_nat m) (fun r => soft d1 m w x i r ^ 2) + bigsum (Z.to_nat m) (fun r => soft d1 m w x j r ^ 2))).
  { rewrite <- bigsum_plus, <- bigsum_times. apply bigsum_le. intros r _.
    pose proof (pow2_ge_0 (soft d1 m w x i r - soft d1 m w x j r)). nra. }
  apply Rle_trans with (IZR m * (1 / 2 * (bigsum (Z.to_nat m) (fun r => soft d1 m w x i r ^ 2) +
    bigsum (Z.to_nat m) (fun r => soft d1 m w x j r ^ 2)))); [apply Rmult_le_compat_l; lra|lra].
Qed.
(* Proves theorem.R/kantorovich by:
   intros; split; [defined|apply kantorovich; auto]. *)

(* Every <w_r, x_i> moves by at most R, so every E_{i,r} changes at most by the factor exp R, and so does alpha_i. *)
Lemma logit_moves d1 (v w x : nat -> nat -> R) i r R0 :
  sqrt (bigsum (Z.to_nat d1) (fun k => x k i ^ 2)) <= 1 ->
  sqrt (bigsum (Z.to_nat d1) (fun k => (v k r + -1 * w k r) ^ 2)) <= R0 ->
  Rabs (bigsum (Z.to_nat d1) (fun k => v k r * x k i) - bigsum (Z.to_nat d1) (fun k => w k r * x k i)) <= R0.
Proof.
  intros X V. replace (bigsum (Z.to_nat d1) (fun k => v k r * x k i) - bigsum (Z.to_nat d1) (fun k => w k r * x k i)) with
    (bigsum (Z.to_nat d1) (fun k => (v k r + -1 * w k r) * x k i)).
  - eapply Rle_trans; [apply cauchy_schwarz|]. rewrite <- (Rmult_1_r R0). apply Rmult_le_compat; auto using sqrt_pos.
  - rewrite (bigsum_ext _ _ (fun k => v k r * x k i + -1 * (w k r * x k i))) by (intros; ring).
    rewrite bigsum_plus, bigsum_times. ring.
Qed.
Lemma E_moves d1 (v w x : nat -> nat -> R) i r R0 :
  Rabs (bigsum (Z.to_nat d1) (fun k => v k r * x k i) - bigsum (Z.to_nat d1) (fun k => w k r * x k i)) <= R0 ->
  E d1 v x i r <= exp R0 * E d1 w x i r /\ E d1 w x i r <= exp R0 * E d1 v x i r.
Proof. intro H. apply Rabs_le_between in H. unfold E. rewrite <- !exp_plus. split; apply exp_le; lra. Qed.
Theorem softmax_moves d1 m (v w x : nat -> nat -> R) i r B R0 : (1 <= m)%Z -> (1 <= r <= Z.to_nat m)%nat -> 1 <= B -> 0 < R0 ->
  (forall s, (1 <= s <= Z.to_nat m)%nat -> Rabs (bigsum (Z.to_nat d1) (fun k => w k s * x k i)) <= B) ->
  (forall s, (1 <= s <= Z.to_nat m)%nat ->
    Rabs (bigsum (Z.to_nat d1) (fun k => v k s * x k i) - bigsum (Z.to_nat d1) (fun k => w k s * x k i)) <= R0) ->
  Rabs (soft d1 m w x i r + -1 * soft d1 m v x i r) <= R0 * / IZR m * exp (4 * B + 3 * R0).
Proof.
  intros M I B1 RP W V. assert (M1 : 1 <= IZR m) by (apply IZR_le; exact M).
  pose proof (alpha_pos d1 m w x i M) as A. pose proof (alpha_pos d1 m v x i M) as A'.
  destruct (E_moves d1 v w x i r R0 (V r I)) as [E1 E2].
  assert (A1 : alpha d1 m v x i <= exp R0 * alpha d1 m w x i).
  { unfold alpha. rewrite <- bigsum_times. apply bigsum_le. intros s S. apply (E_moves d1 v w x i s R0 (V s S)). }
  assert (A2 : alpha d1 m w x i <= exp R0 * alpha d1 m v x i).
  { unfold alpha. rewrite <- bigsum_times. apply bigsum_le. intros s S. apply (E_moves d1 v w x i s R0 (V s S)). }
  pose proof (exp_near d1 w x i r B (W r I)) as [_ U].
  assert (L : IZR m * exp (-1 * B) <= alpha d1 m w x i).
  { rewrite <- bigsum_const by exact M. apply bigsum_le. intros s S. apply (exp_near d1 w x i s B (W s S)). }
  assert (0 < E d1 w x i r) by apply exp_pos. assert (0 < E d1 v x i r) by apply exp_pos.
  unfold soft. set (e := E d1 w x i r) in *. set (e' := E d1 v x i r) in *. set (a := alpha d1 m w x i) in *.
  set (a' := alpha d1 m v x i) in *. set (g := exp R0) in *. assert (G : 1 < g) by (apply exp_more; lra).
  (* S <= exp (2 B) / m *)
  assert (S : e * / a <= / IZR m * exp (2 * B)).
  { replace (/ IZR m * exp (2 * B)) with (exp B * / (IZR m * exp (-1 * B))).
    - apply Rmult_le_compat; [lra|left; apply Rinv_0_lt_compat, A|exact U|].
      apply Rinv_le_contravar; [apply Rmult_lt_0_compat; [lra|apply exp_pos]|exact L].
    - rewrite Rinv_mult, exp_inverse. replace (2 * B) with (B + -1 * (-1 * B)) by ring. rewrite exp_plus. ring. }
  (* S' <= g^2 S and S <= g^2 S' *)
  assert (S1 : e' * / a' <= g ^ 2 * (e * / a)).
  { replace (g ^ 2 * (e * / a)) with ((g * e) * (g * / a)) by ring.
    apply Rmult_le_compat; [lra|left; apply Rinv_0_lt_compat, A'|exact E1|]. apply inverse_ratio; lra. }
  assert (S2 : e * / a <= g ^ 2 * (e' * / a')).
  { replace (g ^ 2 * (e' * / a')) with ((g * e') * (g * / a')) by ring.
    apply Rmult_le_compat; [lra|left; apply Rinv_0_lt_compat, A|exact E2|]. apply inverse_ratio; lra. }
  assert (P : 0 < e * / a) by (apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat, A]).
  assert (P' : 0 < e' * / a') by (apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat, A']).
  set (s := e * / a) in *. set (s' := e' * / a') in *.
  assert (D : Rabs (s + -1 * s') <= (g ^ 2 - 1) * s).
  { apply Rabs_le. split; [lra|]. assert (s <= g ^ 2 * s + s - g ^ 2 * s' + (g ^ 2 - 1) * (s' - s) * 1 + (g ^ 2 - 1) * s) by nra.
    assert (s - s' <= (g ^ 2 - 1) * s'); [lra|]. assert (1 <= g ^ 2) by nra. destruct (Rle_or_lt s' s); nra. }
  eapply Rle_trans; [exact D|]. apply Rle_trans with ((g ^ 2 - 1) * (/ IZR m * exp (2 * B))).
  { apply Rmult_le_compat_l; [nra|exact S]. }
  (* exp (2 R) - 1 <= 2 R exp (2 R) <= R exp (2 B) exp (3 R) *)
  assert (T : g ^ 2 - 1 <= 2 * R0 * g ^ 2).
  { unfold g. rewrite exp_power. pose proof (exp_ineq1_le (- (INR 2 * R0))) as Q. rewrite exp_Ropp in Q.
    simpl INR in *. pose proof (exp_pos ((1 + 1) * R0)) as Z. apply (Rmult_le_compat_r (exp ((1 + 1) * R0))) in Q; [|lra].
    rewrite Rinv_l in Q by lra. lra. }
  replace (R0 * / IZR m * exp (4 * B + 3 * R0)) with (R0 * (exp (2 * B) * g ^ 3) * (/ IZR m * exp (2 * B))).
  - apply Rmult_le_compat_r; [apply Rmult_le_pos; [left; apply Rinv_0_lt_compat; lra|left; apply exp_pos]|].
    assert (2 <= exp (2 * B)) by (pose proof (exp_ineq1_le (2 * B)); lra).
    assert (g ^ 2 <= g ^ 3) by (simpl; nra). assert (0 <= g ^ 2) by nra.
    assert (2 * g ^ 2 <= exp (2 * B) * g ^ 3) by (apply Rmult_le_compat; lra). nra.
  - unfold g. rewrite exp_power. replace (4 * B + 3 * R0) with (2 * B + (INR 3 * R0) + 2 * B) by (simpl; ring).
    rewrite !exp_plus. ring.
Qed.
(* Proves lemma.B.1.12 by:
   intros d1 m n B R0 v w x D1 M N; intros; split; [defined|split; [defined|split; [
     apply Rgt_not_eq, IZR_lt; lia|apply (softmax_moves d1 m v w x); auto; intros; apply logit_moves;
     match goal with H : forall i : nat, _ |- _ => apply H; assumption end]]]. *)
