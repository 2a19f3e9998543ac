/**
 * `kubectl label` and `kubectl annotate`: KEY=VALUE to set, KEY- to remove.
 *
 * Sources: kubectl pkg/cmd/label/label.go (labeled, unlabeled, not labeled; a value that differs needs --overwrite), pkg/cmd/annotate/
 * annotate.go. Not modelled: --all, selectors, --list, which characters a label may have.
 */
import type { KubeObject } from '../../kube-apiserver/api.ts';
import type { Script } from '../command.ts';
import { isSet } from '../flags.ts';
import { fail, isFailed, type Kubectl, pathOf, read, request, targetsOf } from './client.ts';
import { kindName } from './resources.ts';

interface Word {
  readonly field: 'labels' | 'annotations';
  /** In messages. */
  readonly noun: string;
  readonly done: string;
}
const LABEL: Word = { field: 'labels', noun: 'label', done: 'labeled' };
const ANNOTATION: Word = { field: 'annotations', noun: 'annotation', done: 'annotated' };

/** `a=b` and `a-` of the arguments; the others name objects. */
function isChange(arg: string): boolean {
  return arg.includes('=') || (arg.length > 1 && arg.endsWith('-'));
}

function refusal(word: Word, key: string, before: string): string {
  return word === LABEL
    ? `error: '${key}' already has a value (${before}), and --overwrite is false`
    : `error: --overwrite is false but found the following declared annotation(s): '${key}' already has a value (${before})`;
}

function* changeOne(
  kubectl: Kubectl,
  word: Word,
  plural: string,
  name: string,
  changes: readonly string[],
): Script {
  const { call, flags } = kubectl;
  const found = yield* read<KubeObject>(kubectl, plural, name);
  if (isFailed(found)) return 1;
  const before = found.metadata[word.field] ?? {};
  const patch: Record<string, string | null> = {};
  for (const change of changes) {
    const [key = '', ...rest] = change.split('=');
    if (rest.length === 0) {
      const gone = key.slice(0, -1);
      if (Object.hasOwn(before, gone)) patch[gone] = null;
      else if (word === LABEL) call.out(`label "${gone}" not found.\n`);
      continue;
    }
    const value = rest.join('=');
    const known = before[key];
    if (known !== undefined && known !== value && !isSet(flags, 'overwrite'))
      return fail(kubectl, refusal(word, key, known));
    if (known !== value) patch[key] = value;
  }
  const kind = `${kindName(plural)}/${name}`;
  const values = Object.values(patch);
  if (values.length === 0) {
    call.out(word === LABEL ? `${kind} not labeled\n` : `${kind} annotated\n`);
    return 0;
  }
  const body = { metadata: { [word.field]: patch } };
  const answer = yield* request(kubectl, 'PATCH', pathOf(kubectl, plural, name), {
    body,
    what: `patch ${plural} ${name}`,
  });
  if (isFailed(answer)) return 1;
  const removed = word === LABEL && values.every((value) => value === null);
  call.out(`${kind} ${removed ? 'unlabeled' : word.done}\n`);
  return 0;
}

function* change(kubectl: Kubectl, word: Word): Script {
  const changes = kubectl.args.filter(isChange);
  if (changes.length === 0) return fail(kubectl, `error: at least one ${word.noun} update is required`);
  const target = targetsOf(
    kubectl,
    kubectl.args.filter((arg) => !isChange(arg)),
  );
  if (target === undefined) return 1;
  const { plural, names } = target;
  if (names.length === 0) return fail(kubectl, 'error: resource(s) were provided, but no name was specified');
  let code = 0;
  for (const name of names) code = Math.max(code, yield* changeOne(kubectl, word, plural, name, changes));
  return code;
}

export function* label(kubectl: Kubectl): Script {
  return yield* change(kubectl, LABEL);
}

export function* annotate(kubectl: Kubectl): Script {
  return yield* change(kubectl, ANNOTATION);
}
