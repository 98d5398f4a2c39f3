(* Facts A.3, A.4 and A.7 (lines 500-600), and Claim G.1 with the factor 4 that it needs. *)

Theorem square_of_a_difference (n : nat) (f g : nat -> R) :
  bigsum n (fun q => (f q + -1 * g q) ^ 2) =
  bigsum n (fun q => f q ^ 2) + -1 * 2 * bigsum n (fun q => f q * g q) + bigsum n (fun q => g q ^ 2).
Proof.
  rewrite (bigsum_ext _ _ (fun q => f q ^ 2 + (-2 * (f q * g q) + g q ^ 2))) by (intros; ring).
  rewrite !bigsum_plus, bigsum_times. ring.
Qed.
(* Proves fact.A.3 by: intros; apply square_of_a_difference. *)

(* Proves fact.A.4 by: intros; split; [defined|apply soft_sums_to_one; assumption]. *)

(* Proves fact.A.7 by:
   intros X P S; assert (Rabs X < 1) by (rewrite Rabs_pos_eq; lra); split; [assumption|split; [lra|]];
   rewrite geometric_is by assumption; right; replace (1 + -1 * X) with (1 - X) by ring; ring. *)

(* The mean over q of ||f - g||^2. *)
Definition distance (N d2 : Z) (mu : nat -> R) (f g : nat -> nat -> R) :=
  bigsum (Z.to_nat N) (fun q => mu q * bigsum (Z.to_nat d2) (fun l => (f l q + -1 * g l q) ^ 2)).
Theorem four_distances N d2 mu f1 f2 f3 f4 f5 : (forall q, (1 <= q <= Z.to_nat N)%nat -> 0 <= mu q) ->
  distance N d2 mu f1 f5 <=
  4 * (distance N d2 mu f1 f2 + distance N d2 mu f2 f3 + distance N d2 mu f3 f4 + distance N d2 mu f4 f5).
Proof.
  intro P. unfold distance. rewrite <- !bigsum_plus, <- bigsum_times. apply bigsum_le. intros q Q.
  rewrite <- !Rmult_plus_distr_l, <- !bigsum_plus, <- Rmult_assoc, (Rmult_comm 4), Rmult_assoc.
  apply Rmult_le_compat_l; [apply P, Q|]. rewrite <- bigsum_times. apply bigsum_le. intros l _.
  set (a := f1 l q + -1 * f2 l q). set (b := f2 l q + -1 * f3 l q). set (c := f3 l q + -1 * f4 l q).
  set (d := f4 l q + -1 * f5 l q). replace (f1 l q + -1 * f5 l q) with (a + b + c + d) by (unfold a, b, c, d; ring).
  pose proof (pow2_ge_0 (a - b)). pose proof (pow2_ge_0 (a - c)). pose proof (pow2_ge_0 (a - d)).
  pose proof (pow2_ge_0 (b - c)). pose proof (pow2_ge_0 (b - d)). pose proof (pow2_ge_0 (c - d)). nra.
Qed.
(* Proves claim.G.1/repair by: intros; apply (four_distances d_N d_d2); assumption. *)
