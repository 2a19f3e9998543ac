/**
 * What the balancer's checks ask the apiservers, if anything.
 *
 * Source: HAProxy doc section 4.2 "option httpchk", "option ssl-hello-chk" (the last one of a section wins), section 5.2
 * "check", "check-ssl"; tcpcheck.c:4559. An apiserver answers plain HTTP on its TLS port with 400.
 */
import type { BackendConfig, CheckRule, ServerConfig } from '../../models/haproxy/config.ts';
import { backendSection, lineOf, type WrittenSection } from '../../models/haproxy/written.ts';
import type { Balancer } from './deployment.ts';
import type { Complaint, LintRule } from './lint.ts';
import { listed } from './lint.ts';

const CHECK_OPTIONS = new Set([
  'httpchk',
  'tcp-check',
  'ssl-hello-chk',
  'external-check',
  'ldap-check',
  'mysql-check',
  'pgsql-check',
  'redis-check',
  'smtpchk',
  'spop-check',
]);

export const httpchkOverridden: LintRule = {
  name: 'httpchk-overridden',
  severity: 'error',
  about: 'The last `option ...chk` of a section wins: an httpchk before it is never asked.',
  cure: 'Leave the other option out; write check-ssl at the servers for httpchk over TLS.',
  find: ({ balancers }) =>
    balancers.flatMap(({ file, sections }) =>
      sections.flatMap((section): Complaint[] => {
        const options = section.lines.filter(
          ({ words }) => words[0]?.text === 'option' && CHECK_OPTIONS.has(words[1]?.text ?? ''),
        );
        const last = options[options.length - 1];
        const httpchk = options.find(({ words }) => words[1]!.text === 'httpchk');
        const winner = last?.words[1]?.text;
        if (!httpchk || !last || winner === 'httpchk') return [];
        const message = `option ${winner} overrides option httpchk of line ${httpchk.line}: an apiserver that answers 500 stays UP`;
        return [{ file: file.path, line: last.line, message }];
      }),
    ),
};

interface Checked {
  readonly balancer: Balancer;
  readonly backend: BackendConfig;
  readonly section: WrittenSection | undefined;
}

function backendsOf(balancers: readonly Balancer[]): Checked[] {
  return balancers.map((balancer) => ({
    balancer,
    backend: balancer.backend,
    section: backendSection(balancer.sections, balancer.backend.name),
  }));
}

const connects = (rules: readonly CheckRule[]) => rules.filter((rule) => rule.step === 'connect');

/** The checks of this server speak TLS. */
function speaksTls({ checks }: BackendConfig, { check }: ServerConfig): boolean {
  return check?.ssl === true || connects(checks.rules).some(({ ssl }) => ssl);
}

/** Names of the servers as a sentence begins with them. */
function subjects(servers: readonly ServerConfig[]): string {
  return `${servers.length === 1 ? 'server' : 'servers'} ${listed(servers.map(({ name }) => name))}`;
}

export const httpchkWithoutTls: LintRule = {
  name: 'httpchk-without-tls',
  severity: 'error',
  about:
    'httpchk without check-ssl asks an apiserver in plain HTTP: it answers 400, and every server is DOWN.',
  cure: 'Write `check-ssl verify none` (or a ca-file) at the servers, or `http-check connect ssl`.',
  find: ({ balancers, apiserverPort }) =>
    backendsOf(balancers).flatMap(({ balancer, backend, section }): Complaint[] => {
      if (backend.checks.kind !== 'httpchk') return [];
      const wrong = backend.servers.filter(
        (server) =>
          server.check !== undefined &&
          (server.check.port ?? server.port) === apiserverPort &&
          !speaksTls(backend, server),
      );
      if (wrong.length === 0) return [];
      const message = `httpchk asks port ${apiserverPort} in plain HTTP, to which an apiserver answers 400: ${subjects(wrong)} will be DOWN`;
      const line = lineOf(section, 'option', 'httpchk') ?? section?.line ?? 1;
      return [{ file: balancer.file.path, line, message }];
    }),
};

export const plainTcpCheck: LintRule = {
  name: 'plain-tcp-check',
  severity: 'warning',
  about: 'A check that only connects is answered by the kernel: an apiserver that serves nobody stays UP.',
  cure: 'Use `option httpchk GET /readyz` with `http-check expect status 200` and check-ssl.',
  find: ({ balancers }) =>
    backendsOf(balancers).flatMap(({ balancer, backend, section }): Complaint[] => {
      const { kind, rules } = backend.checks;
      if (kind !== 'connect' && kind !== 'tcp-check') return [];
      if (rules.some(({ step }) => step !== 'connect')) return [];
      const plain = backend.servers.filter(
        (server) => server.check !== undefined && !speaksTls(backend, server),
      );
      if (plain.length === 0) return [];
      const message = `the check of ${subjects(plain)} only opens a connection: an apiserver that hangs, or answers 500 to everything, stays UP`;
      const line =
        (kind === 'tcp-check' ? lineOf(section, 'option', 'tcp-check') : undefined) ??
        lineOf(section, 'server', plain[0]!.name) ??
        section?.line ??
        1;
      return [{ file: balancer.file.path, line, message }];
    }),
};

export const noCheck: LintRule = {
  name: 'no-check',
  severity: 'error',
  about: 'A server without `check` is UP for ever.',
  cure: 'Write `check` at each server, or at default-server.',
  find: ({ balancers }) =>
    backendsOf(balancers).flatMap(({ balancer, backend, section }): Complaint[] => {
      const blind = backend.servers.filter(
        ({ check, agent, track }) => check === undefined && agent === undefined && track === undefined,
      );
      if (blind.length === 0) return [];
      const message = `${subjects(blind)} ${blind.length === 1 ? 'is' : 'are'} not checked: a dead apiserver gets its share of the connections for ever`;
      const line = lineOf(section, 'server', blind[0]!.name) ?? section?.line ?? 1;
      return [{ file: balancer.file.path, line, message }];
    }),
};
