/**
 * What all routers of one VIP have to agree about. Where they do not, each hears only itself, and there are two masters.
 *
 * Source: keepalived 2.2.7 vrrp.c:935-1370 (adverts of another id are ignored without a word, those with another password
 * dropped); keepalived.conf(5) unicast_peer; RFC 3768 section 5.3.
 */
import { commentSignAfter, lastWritten } from '../../models/keepalived/written.ts';
import type { Complaint, LintRule } from './lint.ts';
import { lineOfWord, type Router, type VirtualRouter } from './routers.ts';

/** Routers that differ from the first one in what `of` says. */
function differing(
  { routers }: VirtualRouter,
  of: (router: Router) => string,
): readonly (readonly [router: Router, first: Router])[] {
  const [first] = routers;
  return first === undefined
    ? []
    : routers.filter((one) => of(one) !== of(first)).map((one) => [one, first] as const);
}

export const routerIdMismatch: LintRule = {
  name: 'virtual-router-id-mismatch',
  severity: 'error',
  about: 'Routers of one VIP have different virtual_router_ids: they ignore each other without a word.',
  cure: 'Give all routers of one VIP the same virtual_router_id.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap((virtual) =>
      differing(virtual, ({ config }) => String(config.virtualRouterId)).map(([router, first]): Complaint => {
        const message = `virtual_router_id ${router.config.virtualRouterId} is not the ${first.config.virtualRouterId} of ${first.host}: both will have the VIP ${virtual.vip}, and neither logs anything`;
        return { file: router.file.path, line: lineOfWord(router, 'virtual_router_id'), message };
      }),
    ),
};

export const authPassMismatch: LintRule = {
  name: 'auth-pass-mismatch',
  severity: 'error',
  about: 'Routers of one VIP have different passwords: they drop each other’s adverts.',
  cure: 'Give all routers of one VIP the same auth_type and auth_pass.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap((virtual) =>
      differing(virtual, ({ config }) => `${config.authType} ${config.authPass}`).map(
        ([router, first]): Complaint => {
          const message = `the password is read as '${router.config.authPass}', that of ${first.host} as '${first.config.authPass}': each drops the other's adverts, and both will have the VIP ${virtual.vip}`;
          return { file: router.file.path, line: authLine(router), message };
        },
      ),
    ),
};

function authLine(router: Router): number {
  const block = lastWritten(router.written, 'authentication');
  return (
    lastWritten(block, 'auth_pass')?.keyword.line ?? block?.keyword.line ?? router.written?.keyword.line ?? 1
  );
}

export const peerMismatch: LintRule = {
  name: 'unicast-peer-mismatch',
  severity: 'error',
  about: 'A router does not send its adverts to every other router of the VIP.',
  cure: 'List every other router under unicast_peer, on every router, or none anywhere.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ vip, routers }) =>
      routers.flatMap((router): Complaint[] => {
        const others = routers.filter((other) => other !== router);
        const { unicastPeers } = router.config;
        const line = lineOfWord(router, 'unicast_peer', 'unicast_src_ip');
        const say = (what: string): Complaint[] => [
          {
            file: router.file.path,
            line,
            message: `${what}: whoever does not hear the master takes the VIP ${vip} as well`,
          },
        ];
        const unicast = others.find(({ config }) => config.unicastPeers.length > 0);
        if (unicastPeers.length === 0)
          return unicast ? say(`${router.host} sends multicasts and ${unicast.host} unicasts`) : [];
        const missed = others.find(({ address }) => address !== undefined && !unicastPeers.includes(address));
        if (missed) return say(`${router.host} does not list ${missed.host} (${missed.address}) as a peer`);
        return unicastPeers.length < others.length
          ? say(
              `${router.host} lists ${unicastPeers.length} peer${unicastPeers.length === 1 ? '' : 's'} for ${others.length} other routers`,
            )
          : [];
      }),
    ),
};

export const advertIntRounded: LintRule = {
  name: 'advert-int-rounded',
  severity: 'warning',
  about: 'VRRP version 2 knows whole seconds only: a shorter advert_int becomes one second.',
  cure: 'Write `vrrp_version 3` (on every router) for adverts more often than once a second.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ routers }) =>
      routers.flatMap((router): Complaint[] => {
        const statement = lastWritten(router.written, 'advert_int');
        const written = Number(statement?.args[0]?.text);
        const { vrrpVersion, advertIntUs } = router.config;
        if (!statement || vrrpVersion !== 2 || !(written > 0) || written * 1e6 === advertIntUs) return [];
        const message = `advert_int ${statement.args[0]?.text} is ${advertIntUs / 1e6} s in VRRP version 2: a dead master is noticed after more than ${(3 * advertIntUs) / 1e6} s`;
        return [{ file: router.file.path, line: statement.keyword.line, message }];
      }),
    ),
};

/** VRRP_AUTH_LEN */
const AUTH_LENGTH = 8;

export const authPassCut: LintRule = {
  name: 'auth-pass-cut',
  severity: 'warning',
  about: 'keepalived reads a password up to a # or !, and up to eight characters, whatever follows.',
  cure: 'Use at most eight letters and digits, or put the password in quotes.',
  find: ({ virtualRouters }) =>
    virtualRouters.flatMap(({ routers }) =>
      routers.flatMap((router): Complaint[] => {
        const statement = lastWritten(lastWritten(router.written, 'authentication'), 'auth_pass');
        const word = statement?.args[0];
        // Without a type that keepalived knows, and in version 3, there is no password at all.
        if (!word || router.config.authType === 0) return [];
        const sign = word.file === router.file.path ? commentSignAfter(router.file.text, word) : undefined;
        const why =
          sign === undefined
            ? word.text.length > AUTH_LENGTH
              ? `only ${AUTH_LENGTH} characters count`
              : undefined
            : `${sign} begins a comment`;
        if (why === undefined) return [];
        const read = word.text.slice(0, AUTH_LENGTH);
        const message = `the password is read as '${read}', because ${why}: a router that spells it otherwise does not agree, and any other cluster whose password begins so does`;
        return [{ file: router.file.path, line: word.line, message }];
      }),
    ),
};
