/** Everything that can be done on the page, by name: for the command palette, which is how one gets anywhere without a mouse. */
import { faultsFor, type Target, targetsOf } from '../break/targets.ts';
import type { Wish } from '../run/request.ts';
import { sceneAt } from '../run/scene-at.ts';
import type { Actions } from '../state/actions.ts';
import type { Branches } from '../state/branches.ts';
import { CONTROL_KEYS, KEYS } from '../state/keys.ts';
import type { PageState } from '../state/page-state.ts';

export interface Command {
  readonly title: string;
  /** The key that does the same, if there is one. */
  readonly key: string;
  run(): void;
}

export function commandsOf(state: PageState, actions: Actions, branches: Branches): Command[] {
  const plain = { shiftKey: false };
  const keys = [...KEYS, ...CONTROL_KEYS]
    .filter(({ shown }) => shown !== 'Ctrl+K')
    .map(({ shown, does, press }) => ({ title: does, key: shown, run: () => press(state, actions, plain) }));
  const scenarios = state.scenarios.get().map(({ name }) => ({
    title: `open scenario ${name}`,
    key: '',
    run: () => actions.open({ scenario: name, seed: 1, set: [] }),
  }));
  const terminals = (state.run.get()?.record.hosts ?? []).map(({ name }) => ({
    title: `terminal on ${name}`,
    key: '',
    run: () => actions.terminal(name),
  }));
  const lanes = (state.run.get()?.record.lanes ?? []).map(({ id, group, label }) => ({
    title: `select lane ${group === 'cluster' ? label : `${group} ${label}`}`,
    key: '',
    run: () => state.select(id),
  }));
  return [...keys, ...terminals, ...faults(state, branches), ...scenarios, ...lanes];
}

/** Each fault that needs no further word, on each target: done at once, at the playhead. */
function faults(state: PageState, branches: Branches): Command[] {
  const run = state.run.get();
  if (run === undefined || branches.obstacle !== undefined) return [];
  return targetsOf(run.record, sceneAt(run, state.atMs.get()))
    .filter(({ kind }) => kind !== 'groups')
    .flatMap((target) =>
      faultsFor(target.kind, state.faults.get())
        .filter(({ fields }) => fields.every(({ required }) => !required))
        .map(({ name }) => ({
          title: `break: ${name} ${target.label}`,
          key: '',
          run: () => void branches.change(wish(name, target)),
        })),
    );
}

/** `set haproxy.m1.inter=1s`: another parameter, as quorate run --set takes it. */
export function settingIn(query: string, branches: Branches): Command | undefined {
  const setting = /^\s*set\s+(\S+=.+?)\s*$/.exec(query)?.[1];
  if (setting === undefined || branches.obstacle !== undefined) return undefined;
  return {
    title: `set ${setting}, from the start of the run, on a branch`,
    key: '',
    run: () => void branches.set(setting),
  };
}

function wish(name: string, { on }: Target): Wish {
  if (on === undefined) return { do: name };
  return typeof on === 'string' ? { do: name, on } : { do: name, links: on };
}

/** Commands that have every word of the query; those that begin with it first. */
export function searchCommands(commands: readonly Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const rank = ({ title }: Command) => (title.toLowerCase().startsWith(query.toLowerCase()) ? 0 : 1);
  return found.toSorted((a, b) => rank(a) - rank(b));
}
