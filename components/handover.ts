import type * as pulumi from "@pulumi/pulumi";
import type { HandoverData } from "../pipeline/handover";
import type { StageName } from "../report/story";

declare const handedOverBy: unique symbol;

/**
 * What stage `S` hands to the next one. The brand exists for the compiler alone: a stage takes the hand-over of exactly
 * one other stage, so an environment switch that is given a database which was not sanitised does not compile.
 */
export type Handover<S extends StageName> = pulumi.Output<HandoverData> & { readonly [handedOverBy]: S };

/** Brands a stage's output. Called in the constructors of `components/stages` and nowhere else. */
export function handedOver<S extends StageName>(output: pulumi.Output<HandoverData>): Handover<S> {
  return output as Handover<S>;
}
