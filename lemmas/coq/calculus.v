(* Derivatives with respect to one number: the schedule of Eq. 3 and Eq. 6, the path length of Theorem R. *)

(* Derivatives are worked out, and what is left is algebra. *)
Ltac worked_out :=
  repeat match goal with
  | |- context [Derive ?f ?t] =>
      let l := fresh in let D := fresh in evar (l : R);
      assert (D : is_derive f t l) by (unfold l; auto_derive; [repeat split; solve [auto | lra]|reflexivity]);
      rewrite (is_derive_unique f t l D); unfold l in *; clear D l
  end; powers.
Ltac exists_too := auto_derive; repeat split; solve [auto | lra].

(* Proves eq.3/mean by: intros; split; [exists_too|worked_out; field]. *)
(* Proves eq.3/integral by: intros; split; [exists_too|worked_out; ring]. *)
(* Proves eq.3/linear by: intros; split; [exists_too|worked_out; field]. *)
(* Proves eq.3/variance by:
   intros; split; [exists_too|worked_out];
   replace (exp (-1 * v_G)) with (exp (-1 * v_G * / 2) * exp (-1 * v_G * / 2)) by (rewrite <- exp_plus; f_equal; field); field. *)
(* Proves theorem.R/path.Phi by: intros; split; [exists_too|worked_out; field]. *)
(* Proves theorem.R/R3.integral by:
   intros; assert (0 <= IZR d_n * IZR d_d2) by (apply Rmult_le_pos; apply IZR_le; lia);
   generalize dependent (sqrt (IZR d_n * IZR d_d2)); intros;
   split; [exists_too|split; [apply near_all; intro; assumption|split; [assumption|worked_out; field]]]. *)
(* Proves eq.6/primitive by:
   intros v_G S H; assert (1 + -1 * exp (-1 * v_G) <> 0) by lra; split; [assumption|split; [exists_too|split; [
   apply (above_near (fun t => exp t + -1)); [exists_too|exact H]|worked_out; rewrite <- exp_inverse in *;
   pose proof (exp_pos v_G); field; split; [lra|]; nra]]]. *)
Lemma above_near (f : R -> R) t : ex_derive f t -> 0 < f t -> near (fun u => 0 < f u) t.
Proof.
  intros D H. apply (ex_derive_continuous f) in D. apply (D (fun y => 0 < y)). exists (mkposreal _ H). intros y Y.
  apply AbsRing_norm_compat2 in Y. unfold minus, plus, opp in Y. simpl in Y. apply Rabs_lt_between in Y. lra.
Qed.
