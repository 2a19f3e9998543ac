/** What files in use have in them that a manual's examples have not: each was met in a published haproxy.cfg. */
import { describe, expect, it } from 'vitest';
import { readHaproxyCfg } from '../../../models/haproxy/read-cfg.ts';

const DEFAULTS = 'defaults\n  timeout connect 5s\n  timeout client 50s\n  timeout server 50s\n';

function read(text: string, before = DEFAULTS) {
  const { config, findings } = readHaproxyCfg(before + text, 'haproxy.cfg');
  return { config, said: findings.map(({ severity, message }) => `${severity} ${message}`) };
}

describe('legal, and once refused or misread', () => {
  it('balance without an algorithm is roundrobin', () => {
    const { config, said } = read('listen stats\n  bind :9090\n  mode http\n  balance\n');
    expect(said).toEqual([]);
    expect(config.backends[0]?.balance).toBe('roundrobin');
  });

  it('a server without a port is checked at the port of the first tcp-check connect', () => {
    const backend = (rule: string): string =>
      `listen api\n  bind :6443\n  option tcp-check\n${rule}  server n1 192.0.2.1 check\n`;
    const { config, said } = read(backend('  tcp-check connect port 6443\n'));
    expect(said).toEqual([]);
    expect(config.backends[0]?.servers[0]?.port).toBe(0);
    expect(read(backend('')).said).toEqual(["error server 'n1' has neither service port nor check port"]);
  });

  it('a TCP frontend may lead to an HTTP backend, an HTTP frontend not to a TCP backend', () => {
    const pair = (front: string, back: string): string =>
      `frontend f\n  bind :80\n  mode ${front}\n  default_backend b\nbackend b\n  mode ${back}\n`;
    expect(read(pair('tcp', 'http')).said.join()).toMatch(/^warning backend 'b' is in mode http/);
    expect(read(pair('http', 'tcp')).said.join()).toMatch(/^error backend 'b' is in mode tcp/);
  });

  it('a disabled backend is there: its frontend has nowhere to send', () => {
    const { config, said } = read('frontend f\n  bind :80\n  default_backend b\nbackend b\n  disabled\n');
    expect(said).toEqual([]);
    expect(config.frontends[0]?.backend).toBeUndefined();
  });

  it('what setenv sets and the default behind a dash are values; other variables leave a global default', () => {
    const { config, said } = read(
      `global\n  setenv PORT 8443\n  presetenv PORT 1\n  maxconn "$CONNECTIONS"\n${DEFAULTS}` +
        'listen l\n  bind ":$PORT"\n  bind "127.0.0.1:${' +
        'LOCAL-9443}"\n',
      '',
    );
    expect(said).toEqual(['note the environment variable CONNECTIONS is empty here']);
    expect(config.frontends[0]?.binds.map(({ port }) => port)).toEqual([8443, 9443]);
    expect(config.global.maxconn).toBeUndefined();
  });
});

describe('an address from the environment', () => {
  it('is filled in without quotes, too; what the file does not set is an error that names it', () => {
    const { config, said } = read(
      `global\n  setenv M1 192.0.2.1\n${DEFAULTS}listen l\n  bind :1\n  server m1 $M1:6443\n  server m2 $M2:6443\n`,
      '',
    );
    expect(said).toEqual(['error the environment variable $M2 is not known here']);
    expect(config.backends[0]?.servers.map(({ address }) => address)).toEqual(['192.0.2.1']);
  });
});

describe('not modelled, and beside the point', () => {
  it('a server at a UNIX socket passes its section over, and what leads only there', () => {
    const { config, said } = read(
      'frontend api\n  bind :6443\n  default_backend masters\nbackend masters\n  server m1 192.0.2.1:6443\n' +
        'frontend web\n  bind :80\n  default_backend cache\nbackend cache\n  server c unix@/run/cache.sock\n',
    );
    expect(said.toSorted()).toEqual([
      "note 'unix@/run/cache.sock' is not modelled; the section is passed over",
      "note it leads to a section that is passed over, and so is frontend 'web'",
    ]);
    expect(config.frontends.map(({ name }) => name)).toEqual(['api']);
  });

  it('a frontend that listens at such a socket only has its bind line', () => {
    expect(read('frontend f\n  bind abns@x\n  default_backend b\nbackend b\n').said).toEqual([
      "note only IPv4 and host names are modelled, not 'abns@x'",
    ]);
  });

  it('server-template is told as a warning: its servers are not there', () => {
    expect(read('listen l\n  bind :1\n  server-template m 3 masters.example:6443\n').said).toEqual([
      "warning 'server-template' is not modelled: its servers are not there",
    ]);
  });
});

describe('of older versions: read as they were, and said that later ones refuse it', () => {
  it('a listening address behind the name', () => {
    const { config, said } = read('listen stats :1936\n  mode http\n');
    expect(said).toEqual([
      "warning listening addresses need the 'bind' keyword; HAProxy 2.0 and later would not start",
    ]);
    expect(config.frontends[0]?.binds.map(({ port }) => port)).toEqual([1936]);
  });

  it('contimeout, clitimeout and srvtimeout', () => {
    const { config, said } = read(
      'listen l\n  bind :1\n  server s 192.0.2.1:1\n',
      'defaults\n  contimeout 5000\n  clitimeout 50000\n  srvtimeout 50000\n',
    );
    expect(said.map((each) => each.slice(0, 20))).toEqual(
      ['contimeout', 'clitimeout', 'srvtimeout'].map((name) => `warning '${name}'`.slice(0, 20)),
    );
    expect(config.backends[0]?.timeouts).toEqual({ connect: 5000, client: 50_000, server: 50_000 });
  });

  it.each(['reqadd X-Forwarded-Proto:\\ https', 'block if TRUE', 'redispatch'])('%s', (line) => {
    expect(read(`listen l\n  bind :1\n  mode http\n  ${line}\n`).said.join()).toMatch(
      /^warning '\w+' is not supported since HAProxy 2.1, which would not start$/,
    );
  });

  it('nbproc', () => {
    expect(read('global\n  nbproc 1\nlisten l\n  bind :1\n').said.join()).toMatch(/^warning 'nbproc'/);
  });
});
