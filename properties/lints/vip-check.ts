/**
 * What the VIP's check asks, and how long it takes against the balancer's own checks.
 *
 * Source: keepalived 2.2.7 vrrp_scheduler.c (a script is started every `interval` and has failed after `fall` results); HAProxy
 * check.c:453-577 (DOWN after `fall` checks, `inter` apart).
 */

import { backendSection, lineOf } from '../../models/haproxy/written.ts';
import { lastWritten } from '../../models/keepalived/written.ts';
import type { Balancer, Deployment } from './deployment.ts';
import { type Complaint, type LintRule, secondsText } from './lint.ts';
import type { Router, RouterCheck } from './routers.ts';

/** Beyond this the slower of two checks is what decides: the other one might as well not be there. */
const MUCH_SLOWER = 2;

export const checkOfVip: LintRule = {
  name: 'check-of-vip',
  severity: 'error',
  about: 'The check asks at the VIP, which is answered by whoever has it, and not at the local proxy.',
  cure: 'Ask at localhost; ask at the VIP only on the host that has it.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ vip, routers }) =>
      routers.flatMap((router): Complaint[] => {
        const probes = router.checks.flatMap((check) => check.probes ?? []);
        const known = router.checks.every((check) => check.probes !== undefined);
        const asks = (probe: (typeof probes)[number]): string | undefined =>
          'http' in probe ? probe.host : 'tcp' in probe ? probe.tcp.host : undefined;
        const local = probes.some((probe) => {
          const host = asks(probe);
          return (
            'process' in probe || host === '127.0.0.1' || (host !== undefined && host === router.address)
          );
        });
        const check = router.checks.find((one) => one.probes?.some((probe) => asks(probe) === vip));
        if (!check || local || !known) return [];
        const message = `${check.script.name} asks at the VIP ${vip}: on a backup it tests the master's proxy, so ${router.host} loses priority for another host's failure and takes the VIP with a dead proxy of its own`;
        return [{ file: router.file.path, line: lineOfScript(check, 'script'), message }];
      }),
    ),
};

function lineOfScript({ written }: RouterCheck, ...words: readonly string[]): number {
  for (const word of words) {
    const found = lastWritten(written, word);
    if (found) return found.keyword.line;
  }
  return written?.keyword.line ?? 1;
}

interface Pair {
  readonly router: Router;
  readonly check: RouterCheck;
  readonly vipUs: number;
  readonly balancer: Balancer;
  readonly server: { readonly inter: number; readonly fall: number };
  readonly serverUs: number;
}

/** The quickest check of each router beside the slowest check of the balancer on its host. */
function pairs({ virtualRouters, balancers }: Deployment): Pair[] {
  return virtualRouters.flatMap(({ routers }) =>
    routers.flatMap((router): Pair[] => {
      const balancer = balancers.find(({ hosts }) => hosts.some(({ name }) => name === router.host));
      const us = ({ script }: RouterCheck) => script.intervalUs * script.fall;
      const check = router.checks.toSorted((a, b) => us(a) - us(b))[0];
      const server = balancer?.backend.servers
        .flatMap((one) => one.check ?? [])
        .toSorted((a, b) => b.inter * b.fall - a.inter * a.fall)[0];
      if (!check || !server || !balancer) return [];
      return [
        { router, check, vipUs: us(check), balancer, server, serverUs: server.inter * server.fall * 1_000 },
      ];
    }),
  );
}

/** The same finding on every host is one: it stands on the first. */
function first<T, K>(list: readonly T[], key: (one: T) => K): T[] {
  const seen = new Set<K>();
  return list.filter((one) => !seen.has(key(one)) && seen.add(key(one)));
}

const vipText = ({ check: { script } }: Pair): string =>
  `${secondsText(script.intervalUs * script.fall)} (interval ${script.intervalUs / 1e6} × fall ${script.fall})`;
const serverText = ({ server }: Pair): string =>
  `${secondsText(server.inter * server.fall * 1_000)} (inter ${secondsText(server.inter * 1_000)} × fall ${server.fall})`;

export const slowVipCheck: LintRule = {
  name: 'slow-vip-check',
  severity: 'warning',
  about: 'The VIP’s check takes more than twice as long as the balancer’s checks of its servers.',
  cure: 'Shorten interval or fall of the vrrp_script.',
  find: (deployment) =>
    first(
      pairs(deployment).filter(({ vipUs, serverUs }) => vipUs > MUCH_SLOWER * serverUs),
      ({ router }) => router.host,
    ).map((pair): Complaint => {
      const message = `${pair.check.script.name} finds a dead proxy after ${vipText(pair)} and the balancer a dead apiserver after ${serverText(pair)}: for so long the VIP stays where nobody listens`;
      const line = lineOfScript(pair.check, 'fall', 'interval');
      return { file: pair.router.file.path, line, message };
    }),
};

export const slowServerCheck: LintRule = {
  name: 'slow-server-check',
  severity: 'warning',
  about: 'The balancer’s checks of its servers take more than twice as long as the VIP’s check.',
  cure: 'Shorten inter or fall of the servers.',
  find: (deployment) =>
    first(
      pairs(deployment).filter(({ vipUs, serverUs }) => serverUs > MUCH_SLOWER * vipUs),
      ({ balancer }) => balancer.file.path,
    ).map((pair): Complaint => {
      const { balancer } = pair;
      const message = `the balancer finds a dead apiserver after ${serverText(pair)}, the VIP's check a dead proxy after ${vipText(pair)}: when a master dies the VIP has long moved, and its new holder still sends a share of the connections there`;
      const section = backendSection(balancer.sections, balancer.backend.name);
      const line =
        lineOf(section, 'default-server') ??
        lineOf(section, 'server', balancer.backend.servers[0]!.name) ??
        section?.line ??
        1;
      return { file: balancer.file.path, line, message };
    }),
};
