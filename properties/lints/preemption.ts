/**
 * nopreempt and preempt_delay where they do nothing, or more than was meant.
 *
 * Source: keepalived 2.2.7 vrrp.c:3533-3573 (both are cleared with `state MASTER`), vrrp.c:2207-2261 (with nopreempt a BACKUP
 * accepts every advert, also one of a lowered priority).
 */
import { lastWritten } from '../../models/keepalived/written.ts';
import type { Complaint, LintRule } from './lint.ts';
import { listed } from './lint.ts';
import { lineOfWord, weighted } from './routers.ts';

export const preemptionWithStateMaster: LintRule = {
  name: 'nopreempt-with-state-master',
  severity: 'error',
  about: 'keepalived clears nopreempt and preempt_delay on a router with `state MASTER`.',
  cure: 'Write `state BACKUP` on every router; the priorities decide.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ routers }) =>
      routers
        .filter(({ config }) => config.state === 'MASTER')
        .flatMap((router) =>
          ['nopreempt', 'preempt_delay'].flatMap((word): Complaint[] => {
            const statement = lastWritten(router.written, word);
            if (!statement || (word === 'preempt_delay' && Number(statement.args[0]?.text) === 0)) return [];
            const message = `${word} is cleared because ${router.host} has \`state MASTER\`: when it comes back it takes the VIP at once`;
            return [{ file: router.file.path, line: statement.keyword.line, message }];
          }),
        ),
    ),
};

export const nopreemptDisablesWeights: LintRule = {
  name: 'nopreempt-disables-weights',
  severity: 'error',
  about: 'A BACKUP with nopreempt accepts adverts of any priority: a weight never moves the VIP to it.',
  cure: 'Leave nopreempt out, or let the check have weight 0, so that its failure is FAULT.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ vip, routers }) =>
      routers
        .filter(({ config }) => config.nopreempt)
        .flatMap((router): Complaint[] => {
          const others = routers.filter((other) => other !== router && weighted(other).length > 0);
          if (others.length === 0) return [];
          const message = `with nopreempt ${router.host} accepts any advert, so a failed check that only lowers the priority of ${listed(others.map(({ host }) => host))} never moves the VIP ${vip}`;
          return [{ file: router.file.path, line: lineOfWord(router, 'nopreempt'), message }];
        }),
    ),
};

export const weightZeroEverywhere: LintRule = {
  name: 'weight-0-everywhere',
  severity: 'warning',
  about: 'Every router tracks a check without a weight: when it fails everywhere, nobody has the VIP.',
  cure: 'Give the check a weight that exceeds every gap of priorities, so that one router keeps the VIP.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ vip, routers }): Complaint[] => {
      const checks = routers.map(({ checks }) => checks.find(({ weight }) => weight === 0));
      if (routers.length < 2 || checks.includes(undefined)) return [];
      const [first] = checks;
      const message = `${first!.script.name} has weight 0 on every router, so its failure is FAULT: when it fails on ${listed(routers.map(({ host }) => host))} nobody has the VIP ${vip}`;
      return [{ file: routers[0]!.file.path, line: first!.weightLine, message }];
    }),
};
