/** Every design lint, in the order in which the documentation lists them, and how to apply them. */
import type { ImportFile } from '../../models/cluster/import-files.ts';
import type { ParameterMap } from '../../models/cluster/parameters.ts';
import type { Finding } from '../../models/finding.ts';
import {
  advertIntRounded,
  authPassCut,
  authPassMismatch,
  peerMismatch,
  routerIdMismatch,
} from './agreement.ts';
import { certificateLacksEndpoint, tlsEndsAtBalancer } from './certificates.ts';
import { readDeployment } from './deployment.ts';
import { endpointIsOneMaster, noControlPlaneEndpoint, otherPort, singleBalancer } from './endpoint.ts';
import type { LintFinding, LintRule } from './lint.ts';
import { podSubnetOverlap } from './pod-subnet.ts';
import { portClash, vipBindWithoutNonlocal } from './ports.ts';
import { nopreemptDisablesWeights, preemptionWithStateMaster, weightZeroEverywhere } from './preemption.ts';
import { ownerIgnoresWeight, penaltyNotAboveGap, tieAfterFailures } from './priorities.ts';
import { httpchkOverridden, httpchkWithoutTls, noCheck, plainTcpCheck } from './server-checks.ts';
import { backendLacksMaster, serverAddressOfAnotherHost } from './servers.ts';
import { retriesWithoutRedispatch, timeoutsCutWatches } from './sessions.ts';
import { checkOfVip, slowServerCheck, slowVipCheck } from './vip-check.ts';
import { checkNeverFails, checkStopsKeepalived, vipWithoutCheck } from './vip-unchecked.ts';

export const LINT_RULES: readonly LintRule[] = [
  penaltyNotAboveGap,
  tieAfterFailures,
  ownerIgnoresWeight,
  preemptionWithStateMaster,
  nopreemptDisablesWeights,
  weightZeroEverywhere,
  advertIntRounded,
  routerIdMismatch,
  authPassMismatch,
  peerMismatch,
  authPassCut,
  vipWithoutCheck,
  checkNeverFails,
  checkStopsKeepalived,
  checkOfVip,
  slowVipCheck,
  slowServerCheck,
  httpchkOverridden,
  httpchkWithoutTls,
  plainTcpCheck,
  noCheck,
  retriesWithoutRedispatch,
  timeoutsCutWatches,
  backendLacksMaster,
  serverAddressOfAnotherHost,
  portClash,
  vipBindWithoutNonlocal,
  otherPort,
  singleBalancer,
  endpointIsOneMaster,
  noControlPlaneEndpoint,
  podSubnetOverlap,
  certificateLacksEndpoint,
  tlsEndsAtBalancer,
];

/** Consequences that cannot be simulated yet: scripts have no side effects, imports take the VIP for an endpoint that no file says, and the model has no pod network and no names in certificates. */
const NOT_SIMULATED: ReadonlySet<string> = new Set([
  checkStopsKeepalived.name,
  noControlPlaneEndpoint.name,
  podSubnetOverlap.name,
  certificateLacksEndpoint.name,
  tlsEndsAtBalancer.name,
]);

/** The shipped scenario that shows a rule, as `quorate run` takes it. */
export function scenarioOfRule({ name }: LintRule): string | null {
  return NOT_SIMULATED.has(name) ? null : `lints/${name}`;
}

export interface Linted {
  /** By file, line and rule; undefined if the files cannot be read together. */
  readonly lints: readonly LintFinding[] | undefined;
  /** What the readers say; without `lints` at least one is an error. */
  readonly findings: readonly Finding[];
}

/** Applies every rule to the files of one deployment. `set` says what they do not, as for an import. */
export function lintFiles(files: readonly ImportFile[], set: ParameterMap = {}): Linted {
  const { deployment, findings } = readDeployment(files, set);
  if (!deployment) return { lints: undefined, findings };
  const order = new Map(files.map(({ path }, index) => [path, index]));
  const place = (file: string): number => order.get(file) ?? files.length;
  const lints = LINT_RULES.flatMap((rule) =>
    rule.find(deployment).map(
      ({ file, line, message }): LintFinding => ({
        rule: rule.name,
        severity: rule.severity,
        file,
        line,
        message,
        scenario: scenarioOfRule(rule),
      }),
    ),
  );
  return { lints: lints.sort((a, b) => place(a.file) - place(b.file) || a.line - b.line), findings };
}
