/**
 * The readers survive whatever they are given: variants of real configuration files, cut, spliced, repeated, wrongly encoded,
 * with NUL bytes and with lines of a megabyte. None throws, none takes a second, every complaint has a place that exists.
 * QUORATE_RUNS variants in all (`npm run soak -- readers`: 10,000).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importTopology } from '../../models/cluster/import-topology.ts';
import { referenceFiles, referenceSize } from '../../models/cluster/reference.ts';
import { readEtcHosts } from '../../models/cluster/system-files.ts';
import type { Finding } from '../../models/finding.ts';
import { readHaproxyCfg } from '../../models/haproxy/read-cfg.ts';
import { readKeepalivedConf } from '../../models/keepalived/read-conf.ts';
import { readTrackScript } from '../../models/keepalived/track-script.ts';
import { readKubeadmCommands } from '../../models/kubeadm/commands.ts';
import { readKubeadmConfig } from '../../models/kubeadm/config.ts';
import { lintFiles } from '../../properties/lints/rules.ts';
import { composeScenario } from '../../scenarios/compose.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { topologyFromText } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { variantOf } from './variants.ts';

const RUNS = Number(process.env['QUORATE_RUNS'] ?? 400);
/** CPU time, so that a busy machine does not decide. */
const MOST_MS = 1_000;

const reference = referenceFiles(referenceSize('stacked-3')!).files;
const library = [...LIBRARY].map(([path, text]) => ({ path, text }));
const named = (pattern: RegExp): string[] =>
  [...library, ...reference].filter(({ path }) => pattern.test(path)).map(({ text }) => text);

/** Placed complaints of a reader, or none. */
type Read = (text: string) => readonly Finding[];

interface Kind {
  readonly name: string;
  readonly texts: readonly string[];
  readonly read: Read;
}

/** A deployment of which one file is the variant. */
function withOthers(path: string, text: string) {
  return [...reference.filter((file) => file.path !== path), { path, text }];
}

/** The importer and the lints, which look at what the readers have made of a file. */
function together(path: string, text: string): readonly Finding[] {
  const files = withOthers(path, text);
  const { lints, findings } = lintFiles(files);
  const placed = (lints ?? []).map(
    ({ file, line, message }): Finding => ({ severity: 'warning', file, line, column: 1, message }),
  );
  return [...findings, ...placed, ...importTopology(files).findings];
}

const KINDS: readonly Kind[] = [
  {
    name: 'haproxy.cfg',
    texts: named(/haproxy\.cfg$/),
    read: (text) => [...readHaproxyCfg(text, 'f').findings, ...together('haproxy.cfg', text)],
  },
  {
    name: 'keepalived.conf',
    texts: named(/keepalived\.conf$/),
    read: (text) => [
      ...readKeepalivedConf(text, 'f', { readScript: () => ({ file: 'f', text }) }).findings,
      ...together('m1/keepalived.conf', text),
    ],
  },
  {
    name: 'check scripts',
    texts: named(/\.sh$/),
    read: (text) => readTrackScript(text, 'f').findings,
  },
  {
    name: 'kubeadm-config.yaml',
    texts: named(/kubeadm-config\.yaml$/),
    read: (text) => [...readKubeadmConfig(text, 'f').findings, ...together('m1/kubeadm-config.yaml', text)],
  },
  {
    name: 'scenarios',
    texts: named(/^(?:lints\/)?[^/]+\.yaml$/),
    read: (text) => {
      const { scenario, findings } = loadScenario(text, 'f');
      return scenario ? [...findings, ...composeScenario(scenario, LIBRARY).findings] : findings;
    },
  },
  {
    name: 'topologies',
    texts: named(/^topologies\//),
    read: (text) => topologyFromText(text, 'f', LIBRARY).findings,
  },
  {
    name: 'hosts, sysctl.conf and commands',
    texts: named(/hosts$|sysctl\.conf$|join\.txt$/),
    read: (text) => {
      const commands = readKubeadmCommands(text).flatMap(({ endpoint, podSubnet }) =>
        [endpoint, podSubnet].flatMap((said): Finding[] =>
          said
            ? [{ severity: 'note', file: 'f', line: said.line, column: said.column, message: 'said' }]
            : [],
        ),
      );
      return [
        ...readEtcHosts(text, 'f').findings,
        ...commands,
        ...together('join.txt', text),
        ...together('hosts', text),
      ];
    },
  },
];

/** The message is a sentence and its place is one of the text: a reader that counts wrongly points nowhere. */
function wrongPlace(finding: Finding, text: string): string | undefined {
  const { file, line, column, message } = finding;
  const lines = file === 'f' ? text.split('\n').length + 1 : Number.POSITIVE_INFINITY;
  const whole = Number.isInteger(line) && Number.isInteger(column);
  const good = whole && line >= 1 && column >= 1 && line <= lines && file !== '';
  return good && message.length > 0 && message.length < 1_000
    ? undefined
    : JSON.stringify(finding).slice(0, 400);
}

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const everyText = [...library, ...reference].map(({ text }) => text);

test.each(KINDS)(
  '$name',
  ({ name, texts, read }) => {
    expect(texts.length).toBeGreaterThan(0);
    const tried = fc.property(variantOf(texts, everyText), (text) => {
      let findings: readonly Finding[] = [];
      const once = () => {
        findings = read(text);
      };
      let ms = cpuMs(once);
      // Whoever was slow may have met the garbage collector: the quickest of three counts.
      for (let again = 0; again < 2 && ms >= MOST_MS; again++) ms = Math.min(ms, cpuMs(once));
      if (ms >= MOST_MS) throw new Error(`${Math.round(ms)} ms for ${text.length} characters`);
      const wrong = findings.map((finding) => wrongPlace(finding, text)).find((one) => one !== undefined);
      if (wrong !== undefined) throw new Error(`${name}: ${wrong}`);
    });
    fc.assert(tried, { seed: 4, numRuns: Math.ceil(RUNS / KINDS.length), endOnFailure: true });
  },
  3_600_000,
);
