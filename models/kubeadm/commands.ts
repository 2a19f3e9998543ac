/**
 * kubeadm's commands in texts that people keep beside their files: notes, shell scripts, the output of `kubeadm init`. Read
 * is what they say about the endpoint and the pods' network: `kubeadm join HOST:PORT`, `kubeadm init --control-plane-endpoint
 * HOST:PORT --pod-network-cidr NETWORK`.
 *
 * Sources: kubernetes.io "kubeadm init", "kubeadm join"; `kubeadm join --help` ("[api-server-endpoint]"). The default port is
 * that of the apiserver. Not modelled: all other flags; a command whose endpoint is a placeholder or IPv6 is read over.
 */
import type { Position } from '../finding.ts';
import { APISERVER_PORT, type Endpoint, isPort, type Located } from './config-values.ts';

export interface KubeadmCommand {
  readonly verb: 'init' | 'join';
  /** Where the cluster is looked for from then on. */
  readonly endpoint?: Located<Endpoint>;
  /** `--pod-network-cidr`, as written. */
  readonly podSubnet?: Located<string>;
  /** `--control-plane`: a master joins. */
  readonly controlPlane: boolean;
}

/** A text that names kubeadm's commands. */
export const COMMAND_PATTERN = /\bkubeadm[ \t]+(?:init|join)\b/;

/** More commands than these are no notes about one cluster. */
const MOST_COMMANDS = 200;
/** A command may go on over lines; longer ones are no command. */
const LONGEST = 4_000;

/** The commands of a text that name an endpoint or a network, in their order. Linear in the length of the text. */
export function readKubeadmCommands(text: string): KubeadmCommand[] {
  const commands: KubeadmCommand[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length && commands.length < MOST_COMMANDS; i++) {
    const first = i;
    if (lines[i]!.length > LONGEST || !COMMAND_PATTERN.test(lines[i]!)) continue;
    const parts = [lines[i]!];
    while (/\\\s*$/.test(parts[parts.length - 1]!) && i + 1 < lines.length && parts.length < 20) {
      if (lines[i + 1]!.length > LONGEST) break;
      parts.push(lines[++i]!);
    }
    const found = command(parts, first + 1);
    if (found) commands.push(found);
  }
  return commands;
}

interface Word extends Position {
  readonly text: string;
}

function command(parts: readonly string[], line: number): KubeadmCommand | undefined {
  const words = parts.flatMap((part, index): Word[] =>
    // A line that goes on may begin with the shell's second prompt.
    [...part.replace(/\\\s*$/, '').matchAll(/"([^"]*)"|'([^']*)'|([^\s"'>`]+)/g)].map((match) => ({
      text: match[1] ?? match[2] ?? match[3] ?? '',
      line: line + index,
      column: match.index + 1,
    })),
  );
  const at = words.findIndex(
    ({ text }, index) => /(^|\/)kubeadm$/.test(text) && /^(init|join)$/.test(words[index + 1]?.text ?? ''),
  );
  if (at < 0) return undefined;
  const verb = words[at + 1]!.text as 'init' | 'join';
  const rest = words.slice(at + 2);
  const word = verb === 'join' ? rest[0] : flag(rest, '--control-plane-endpoint');
  const endpoint = word && endpointOf(word.text);
  const subnet = flag(rest, '--pod-network-cidr');
  if (!endpoint && !subnet) return undefined;
  const located = <T>({ line, column }: Word, value: T): Located<T> => ({ value, line, column });
  return {
    verb,
    controlPlane: rest.some(({ text }) => /^--(?:experimental-)?control-plane$/.test(text)),
    ...(word && endpoint ? { endpoint: located(word, endpoint) } : {}),
    ...(subnet ? { podSubnet: located(subnet, subnet.text) } : {}),
  };
}

/** `--flag VALUE` or `--flag=VALUE`. */
function flag(words: readonly Word[], name: string): Word | undefined {
  for (const [index, word] of words.entries()) {
    if (word.text === name) return words[index + 1];
    if (word.text.startsWith(`${name}=`)) {
      const text = word.text.slice(name.length + 1);
      return text === '' ? words[index + 1] : { ...word, text };
    }
  }
  return undefined;
}

function endpointOf(text: string): Endpoint | undefined {
  const match = /^([A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[2] === undefined ? APISERVER_PORT : Number(match[2]);
  return match && isPort(port) ? { host: match[1]!, port } : undefined;
}
