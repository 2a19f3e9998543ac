/** KEEPALIVED.md section 12 and 2: the grammar of keepalived.conf, and what keepalived makes of it. */
import { describe, expect, test } from 'vitest';
import { keepalivedConfigSchema } from '../../../models/keepalived/config.ts';
import { readKeepalivedConf } from '../../../models/keepalived/read-conf.ts';
import { confText, S } from './harness.ts';

type Options = Parameters<typeof readKeepalivedConf>[2];
const read = (text: string, options: Options = {}) => readKeepalivedConf(text, 'k.conf', options);
const messages = (text: string, options: Options = {}): string[] =>
  read(text, options).findings.map((f) => f.message);
const instance = (text: string, options: Options = {}) => read(text, options).config.instances[0]!;
/** An instance with these words and nothing that complains. */
const withWords = (words: string, head = ''): string =>
  `${head}\nvrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 51\n  priority 100\n  virtual_ipaddress {\n    192.0.2.10\n  }\n${words}\n}\n`;

describe('comments and quotes', () => {
  test('! and # begin a comment anywhere outside double quotes, inside a word too', () => {
    const text = withWords('  authentication {\n    auth_type PASS\n    auth_pass P@##D321!\n  }');
    const found = read(text);
    expect(found.config.instances[0]!.authPass).toBe('P@');
    const [finding] = found.findings.filter((f) => f.message.includes('comment'));
    expect(finding).toMatchObject({ severity: 'warning', line: 11, column: 15 });
    expect(finding!.message).toBe("'#' begins a comment: the word is read as 'P@'");
  });

  test('a # inside double quotes is text', () => {
    expect(
      instance(withWords('  authentication {\n auth_type PASS\n auth_pass "P@##D321"\n }')).authPass,
    ).toBe('P@##D321');
  });

  test('\\# and \\! are the characters', () => {
    expect(instance(withWords('  authentication {\n auth_type PASS\n auth_pass a\\#b\\!\n }')).authPass).toBe(
      'a#b!',
    );
  });

  test('a trailing \\ joins lines', () => {
    expect(instance(withWords('  advert_int \\\n  3')).advertIntUs).toBe(3 * S);
  });

  test('a quote that is not closed is said', () => {
    expect(messages(withWords('  notify_master "/a b'))).toContain("Unmatched quote: '/a b'");
  });
});

describe('braces', () => {
  test('may stand on the next line, or touch the keyword, or close on the same line', () => {
    const text = `vrrp_instance VI_1
{
  interface eth0
  virtual_router_id 51
  virtual_ipaddress{ 192.0.2.10/24 dev eth0 }
  track_interface {eth0}
}`;
    expect(instance(text)).toMatchObject({
      virtualIpAddresses: ['192.0.2.10'],
      trackInterfaces: [{ interface: 'eth0' }],
    });
    expect(messages(text)).toEqual(['(VI_1) no priority: it is 100']);
  });

  test('a missing closing brace is said, and the rest is used', () => {
    const text = confText(101).trimEnd().slice(0, -1);
    const found = read(text);
    expect(found.findings.map((f) => f.message)).toEqual(["missing '}' of vrrp_instance VI_1"]);
    expect(found.config.instances[0]!.priority).toBe(101);
  });

  test('a block that begins inside another closes it', () => {
    const text = `vrrp_script chk {\n  script "killall -0 haproxy"\n${withWords('  track_script {\n chk\n }')}`;
    const found = read(text);
    expect(found.findings.map((f) => f.message)).toEqual(["missing '}' of vrrp_script chk"]);
    expect(found.config.instances[0]!.trackScripts).toEqual([{ script: 'chk', weight: 0, reverse: false }]);
  });

  test('a surplus brace is ignored', () => {
    expect(messages(`${withWords('')}}\n`)).toEqual(["Unexpected '}' - ignoring"]);
  });

  test('a missing opening brace is said', () => {
    expect(messages(withWords('').replace('VI_1 {', 'VI_1'))).toContain(
      "Missing '{' at beginning of configuration block",
    );
  });
});

describe('words', () => {
  test('an unknown one is a warning with its place and the nearest known one, and the rest is used', () => {
    const found = read(withWords('  prioritty 120'));
    expect(found.findings).toEqual([
      {
        ...{ severity: 'warning', file: 'k.conf', line: 9, column: 3 },
        message: "Unknown keyword 'prioritty'; nearest: priority",
      },
    ]);
  });

  test('one that is known and not modelled is a note', () => {
    const found = read(withWords('  virtual_routes {\n  192.0.2.0/24\n  }'));
    expect(found.findings).toMatchObject([
      { severity: 'note', message: 'virtual_routes is known but not modelled' },
    ]);
  });

  test('router_id is only a label', () => {
    expect(messages(withWords('', 'global_defs {\n  router_id a\n}'))).toEqual([
      'router_id is known and has no effect here',
    ]);
  });

  test('load balancing by LVS is known and not modelled', () => {
    const lvs = 'virtual_server 192.0.2.1 80 {\n  real_server 192.0.2.2 80 {\n  weight 1\n }\n}';
    expect(messages(withWords('', lvs))).toEqual(['virtual_server is known but not modelled']);
  });

  test('booleans are on, off, true, false, yes, no', () => {
    expect(instance(withWords('  lower_prio_no_advert yes')).lowerPrioNoAdvert).toBe(true);
    expect(instance(withWords('  lower_prio_no_advert off')).lowerPrioNoAdvert).toBe(false);
    expect(messages(withWords('  lower_prio_no_advert maybe'))).toEqual([
      'invalid lower_prio_no_advert maybe specified',
    ]);
  });
});

describe('definitions', () => {
  test('$NAME=value is filled in as $NAME and in braces', () => {
    expect(instance(withWords('  advert_int $INT', '$INT = 2')).advertIntUs).toBe(2 * S);
    expect(instance(withWords(`  advert_int \${INT}`, '$INT=2')).advertIntUs).toBe(2 * S);
  });

  test('may hold several lines', () => {
    const text = withWords(
      '  $AUTH',
      '$AUTH = \\\n  authentication { \\\n auth_type PASS \\\n auth_pass x \\\n }',
    );
    expect(instance(text)).toMatchObject({ authType: 1, authPass: 'x' });
  });

  test('what is not defined stays as it stands', () => {
    expect(instance(withWords('  authentication {\n auth_type PASS\n auth_pass a$b\n }')).authPass).toBe(
      'a$b',
    );
  });

  test('that grow without bound are refused', () => {
    const head = Array.from({ length: 40 }, (_, i) => `$D${i + 1} = $D${i} $D${i}`).join('\n');
    expect(messages(withWords('  advert_int $D40', `$D0 = x\n${head}`))).toContain(
      'definitions that grow without bound',
    );
  });
});

test('@id lines count where the id fits, @^id lines where it does not', () => {
  const words = '  @m1 priority 110\n  @^m1 priority 90';
  expect(instance(withWords(words), { configId: 'm1' }).priority).toBe(110);
  expect(instance(withWords(words), { configId: 'm2' }).priority).toBe(90);
});

describe('include', () => {
  test('puts the handed-in texts in, with their own places', () => {
    const files: Record<string, string> = { 'conf.d/*.conf': withWords('  nonsense 1') };
    const found = read('include conf.d/*.conf', {
      include: (pattern) => [{ file: 'conf.d/a.conf', text: files[pattern]! }],
    });
    expect(found.config.instances.length).toBe(1);
    expect(found.findings).toMatchObject([{ file: 'conf.d/a.conf', line: 9, column: 3 }]);
  });

  test('of a file that was not handed in is a warning', () => {
    expect(messages(withWords('', 'include other.conf'))).toEqual([
      'include other.conf: no such file was handed in',
    ]);
  });

  test('of itself ends', () => {
    const found = read('include k.conf', { include: (_, file) => [{ file, text: 'include k.conf' }] });
    expect(found.findings.some((f) => f.message.includes('includes itself'))).toBe(true);
  });
});

describe('state', () => {
  test('other than MASTER and BACKUP is BACKUP, in keepalived’s own words', () => {
    const found = read(confText(100, { state: 'SLAVE' }));
    expect(found.config.instances[0]!.state).toBe('BACKUP');
    expect(found.findings).toMatchObject([
      { severity: 'warning', message: "(VI_1) unknown state 'SLAVE', defaulting to BACKUP", column: 9 },
    ]);
  });

  test('MASTER without a priority is an address owner', () => {
    const text = withWords('  state MASTER').replace('  priority 100\n', '');
    expect(instance(text).priority).toBe(255);
    expect(messages(text)).toEqual(['(VI_1) no priority: it is 255']);
  });
});

describe('numbers', () => {
  test.each(['0', '256', '-1', 'high'])('priority %s is no priority, 100 is used', (value) => {
    const text = withWords(`  priority ${value}`);
    expect(instance(text).priority).toBe(100);
    expect(messages(text)).toEqual(['(VI_1) Priority not valid! must be between 1 & 255. Using default 100']);
  });

  test('an instance without a virtual router id is dropped', () => {
    const found = read(withWords('').replace('  virtual_router_id 51\n', ''));
    expect(found.config.instances).toEqual([]);
    expect(found.findings).toMatchObject([
      { severity: 'error', message: '(VI_1) the virtual router id must be set', line: 2, column: 15 },
    ]);
  });

  test('an auth_pass of more than 8 characters is cut', () => {
    const text = withWords('  authentication {\n auth_type PASS\n auth_pass 123456789\n }');
    expect(instance(text).authPass).toBe('12345678');
    expect(messages(text)).toEqual(['Truncating auth_pass to 8 characters']);
  });

  test('authentication without a password is ignored', () => {
    const text = withWords('  authentication {\n auth_type PASS\n }');
    expect(instance(text).authType).toBe(0);
    expect(messages(text)).toEqual(['(VI_1) Authentication specified but no password given. Ignoring']);
  });

  test('weights of 254 are cut to 253 with a warning', () => {
    const text = `vrrp_script chk {\n  script "killall -0 haproxy"\n  weight -254\n}\n${withWords('  track_script {\n chk\n }')}`;
    expect(instance(text).trackScripts[0]!.weight).toBe(-253);
  });

  test('an interval of a script is whole seconds', () => {
    const script = (interval: string): string => confText(100, { script: `  interval ${interval}` });
    expect(read(script('5')).config.scripts[0]!.intervalUs).toBe(5 * S);
    expect(messages(script('0.5'))).toEqual(["interval '0.5' invalid - ignoring"]);
  });
});

describe('addresses', () => {
  test('lose their prefix length, and their options are read', () => {
    const text = withWords('  virtual_ipaddress {\n 192.0.2.30/24 dev eth0 label eth0:1 no_track\n }');
    expect(instance(text)).toMatchObject({
      virtualIpAddresses: ['192.0.2.10', '192.0.2.30'],
      noTrackAddresses: ['192.0.2.30'],
    });
  });

  test('that were blanked out are an error, unless it is said what they stand for', () => {
    const text = withWords('').replace('192.0.2.10', '000.000.000.000');
    const [error] = read(text).findings.filter((f) => f.severity === 'error');
    expect(error).toMatchObject({ line: 7, column: 5 });
    expect(error!.message).toContain('is a placeholder');
    const filled = read(text, { addresses: { '000.000.000.000': '192.0.2.77' } });
    expect(filled.config.instances[0]!.virtualIpAddresses).toEqual(['192.0.2.77']);
    expect(filled.findings).toMatchObject([
      { severity: 'note', message: '000.000.000.000 stands for 192.0.2.77' },
    ]);
  });

  test('of IPv6 are not modelled', () => {
    expect(messages(withWords('  virtual_ipaddress {\n fe80::1\n }'))).toEqual([
      '(VI_1) address fe80::1: IPv6 is not modelled - ignoring',
    ]);
  });
});

describe('scripts', () => {
  test('have to stand before the instance that tracks them', () => {
    const script = 'vrrp_script chk {\n  script "killall -0 haproxy"\n}\n';
    const text = withWords('  track_script {\n    chk\n  }');
    expect(messages(`${text}${script}`)).toContain('(VI_1) track script chk not found, ignoring...');
    expect(messages(`${script}${text}`)).toEqual([]);
  });

  test('without a script line are removed', () => {
    const text = `vrrp_script chk {\n  interval 2\n}\n${withWords('  track_script {\n chk\n }')}`;
    expect(read(text).findings).toMatchObject([
      { severity: 'error', message: 'No script set for vrrp_script chk - removing' },
    ]);
  });

  test('that nobody tracks are said, and need not be understood', () => {
    const text = `vrrp_script chk {\n  script "/opt/strange.py"\n}\n${withWords('')}`;
    expect(read(text).findings.every((f) => f.severity !== 'error')).toBe(true);
    expect(messages(text)).toContain('Warning - script chk is not used');
  });

  test('whose file was not handed in are an error that says what to do', () => {
    const text = `vrrp_script chk {\n  script "/etc/keepalived/check.sh"\n}\n${withWords('  track_script {\n chk\n }')}`;
    const [finding] = read(text).findings;
    expect(finding).toMatchObject({ severity: 'error', line: 2, column: 10 });
    expect(finding!.message).toContain('process:NAME, tcp:HOST:PORT or http:URL');
    const overridden = read(text, { scripts: { chk: 'tcp:127.0.0.1:6443' } });
    expect(overridden.findings).toEqual([]);
    expect(overridden.config.scripts[0]!.check).toEqual({
      probe: { tcp: { host: '127.0.0.1', port: 6443 } },
    });
  });
});

describe('settings from outside', () => {
  const text = confText(101, { state: 'MASTER' });

  test('replace the words of the file, and what follows from them follows', () => {
    const found = read(text, {
      set: { priority: '90', state: 'BACKUP', nopreempt: 'true', 'script.chk_haproxy.interval': '7' },
    });
    expect(found.config.instances[0]).toMatchObject({ priority: 90, nopreempt: true });
    expect(found.config.scripts[0]!.intervalUs).toBe(7 * S);
    expect(read(text, { set: { nopreempt: 'true' } }).findings.map((f) => f.message)).toContain(
      '(VI_1) Warning - nopreempt will not work with initial state MASTER - clearing',
    );
  });

  test('may name an instance', () => {
    expect(read(text, { set: { 'VI_1.priority': '77' } }).config.instances[0]!.priority).toBe(77);
    expect(read(text, { set: { 'VI_2.priority': '77' } }).config.instances[0]!.priority).toBe(101);
  });

  test('reach the globals, the version and what a script tests', () => {
    const { config } = read(text, {
      set: { vrrp_garp_master_refresh: '10', version: '1.3', 'script.chk_haproxy': 'process:nginx' },
    });
    expect(config.version).toBe('1.3');
    expect(config.instances[0]!.garp.masterRefreshUs).toBe(10 * S);
    expect(config.scripts[0]!.check).toEqual({ probe: { process: 'nginx' } });
  });

  test('that are unknown are errors', () => {
    const [finding] = read(text, { set: { priorty: '1' } }).findings;
    expect(finding).toMatchObject({ severity: 'error', file: 'parameters' });
    expect(finding!.message).toContain('nearest: priority');
  });
});

test('strict mode: no authentication, no peers, no repeats, and MASTER only for an owner', () => {
  const text = withWords(
    '  state MASTER\n  authentication {\n auth_type PASS\n auth_pass x\n }',
    'global_defs {\n vrrp_strict\n}',
  );
  const found = read(text);
  expect(found.config.instances[0]).toMatchObject({
    ...{ state: 'BACKUP', authType: 0, lowerPrioNoAdvert: true },
    garp: { lowerPrioRepeat: 0 },
  });
  expect(read(text.replace('priority 100', 'unicast_peer {\n 192.0.2.2\n }')).config.instances).toEqual([]);
});

test('two instances with one virtual router id on one interface: the second is skipped', () => {
  const found = read(withWords('') + withWords('').replace('VI_1', 'VI_2'));
  expect(found.config.instances.map((i) => i.name)).toEqual(['VI_1']);
  expect(found.findings[0]!.message).toContain('VRID 51 is already that of VI_1');
});

test('the configuration is plain data that its schema accepts, after a way through JSON too', () => {
  const { config } = read(confText(101, { instance: 'notify "/n.sh"\n unicast_peer {\n 192.0.2.2\n }' }));
  expect(keepalivedConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
});

test('an empty text, and one without an instance, are errors', () => {
  expect(read('').findings).toMatchObject([{ severity: 'error', message: 'the file is empty' }]);
  expect(read('global_defs {\n}').findings).toMatchObject([
    { severity: 'error', message: 'no vrrp_instance: keepalived would move no address' },
  ]);
});
