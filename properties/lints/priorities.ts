/**
 * Priorities and penalties: does the VIP leave a router whose check fails?
 *
 * Source: keepalived 2.2.7 vrrp_track.c (vrrp_set_effective_priority: 255 is never changed, sums are clamped to 1..254),
 * vrrp.c (a BACKUP accepts an advert of its own priority, so the first to be MASTER stays).
 */
import type { Complaint, LintRule } from './lint.ts';
import { listed } from './lint.ts';
import type { Router, VirtualRouter } from './routers.ts';
import { isOwner, lineOfWord, priorityWith, weighted } from './routers.ts';

/** With more routers only the failures in the order of the files are tried. */
const MOST_ROUTERS = 10;

interface Verdict {
  readonly failed: readonly Router[];
  /** The failed router that stays, and what the best healthy one has against it. */
  readonly stays: Router;
  readonly priority: number;
  readonly healthy: Router;
  readonly against: number;
}

/** The routers whose checks fail, fewest first: all sets, but one healthy router remains. */
function failures(routers: readonly Router[]): Router[][] {
  const sets: Router[][] = [];
  if (routers.length > MOST_ROUTERS) {
    for (let count = 1; count <= routers.length; count++) sets.push(routers.slice(0, count));
    return sets;
  }
  for (let bits = 1; bits < 2 ** routers.length; bits++)
    sets.push(routers.filter((_, i) => (bits & (2 ** i)) !== 0));
  return sets.sort((a, b) => a.length - b.length);
}

/** The first set of failures after which a router with a dead proxy is not below every healthy one. */
function firstVerdict(
  { routers }: VirtualRouter,
  applies: (verdict: Verdict) => boolean,
): Verdict | undefined {
  const candidates = routers.filter((router) => weighted(router).length > 0 && !isOwner(router));
  const scripts = [...new Set(candidates.flatMap((one) => weighted(one).map(({ script }) => script.name)))];
  // Each script alone, then all of them: a dead proxy fails them all.
  const modes = [...scripts.map((name) => [name]), ...(scripts.length > 1 ? [scripts] : [])];
  for (const failed of failures(candidates)) {
    for (const mode of modes) {
      const rated = routers.map((router) => {
        const fails =
          failed.includes(router) && weighted(router).some(({ script }) => mode.includes(script.name));
        const priority = priorityWith(router, (script) => failed.includes(router) && mode.includes(script));
        return { router, fails, priority: priority ?? 0 };
      });
      const best = (list: typeof rated) =>
        list.reduce<(typeof rated)[number] | undefined>(
          (top, one) => (top === undefined || one.priority > top.priority ? one : top),
          undefined,
        );
      const stays = best(rated.filter(({ fails }) => fails));
      const healthy = best(rated.filter(({ fails }) => !fails));
      if (!stays || !healthy || stays.priority < healthy.priority || isOwner(healthy.router)) continue;
      const verdict: Verdict = {
        failed: rated.filter(({ fails }) => fails).map(({ router }) => router),
        stays: stays.router,
        priority: stays.priority,
        healthy: healthy.router,
        against: healthy.priority,
      };
      if (applies(verdict)) return verdict;
    }
  }
  return undefined;
}

const isTie = ({ failed, priority, against }: Verdict): boolean => failed.length > 1 && priority === against;

export const penaltyNotAboveGap: LintRule = {
  name: 'penalty-not-above-gap',
  severity: 'error',
  about: 'The penalty of a failed check is not larger than the gap between the priorities.',
  cure: 'Let the weight exceed the gap between the highest and the lowest priority.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap((virtual): Complaint[] => {
      const found = firstVerdict(virtual, (verdict) => !isTie(verdict));
      if (!found) return [];
      const { failed, stays, priority, healthy, against } = found;
      const [check] = weighted(stays);
      const gap = stays.config.priority - healthy.config.priority;
      const message =
        `when the check fails on ${listed(failed.map(({ host }) => host))}, ${stays.host} still has priority ${priority} ` +
        `and ${healthy.host} ${against}: a penalty of ${Math.abs(check!.weight)} over a gap of ${gap} leaves the VIP ${virtual.vip} where the proxy is dead`;
      return [{ file: stays.file.path, line: check!.weightLine, message }];
    }),
};

export const tieAfterFailures: LintRule = {
  name: 'tie-after-failures',
  severity: 'error',
  about: 'After some failures a router with a dead proxy has the same priority as the best healthy one.',
  cure: 'Let the weight exceed the gap between the highest and the lowest priority.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap((virtual): Complaint[] => {
      const found = firstVerdict(virtual, isTie);
      if (!found) return [];
      const { failed, stays, priority, healthy } = found;
      const message =
        `when the check fails on ${listed(failed.map(({ host }) => host))}, ${stays.host} and ${healthy.host} tie at ${priority}: ` +
        `whoever is MASTER stays, so the VIP ${virtual.vip} can remain on ${stays.host}, whose proxy is dead`;
      return [{ file: stays.file.path, line: weighted(stays)[0]!.weightLine, message }];
    }),
};

export const ownerIgnoresWeight: LintRule = {
  name: 'priority-255-ignores-weight',
  severity: 'error',
  about: 'A router of priority 255 is the address owner: no weighted check changes its priority.',
  cure: 'Use a priority of at most 254, or weight 0, which 255 obeys.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ vip, routers }) =>
      routers
        .filter((router) => isOwner(router) && weighted(router).length > 0)
        .map((router): Complaint => {
          const [check] = weighted(router);
          const message = `priority 255 ignores the weight ${check!.weight} of ${check!.script.name}: however often the check fails, ${router.host} keeps the VIP ${vip}`;
          return { file: router.file.path, line: lineOfWord(router, 'priority', 'state'), message };
        }),
    ),
};
