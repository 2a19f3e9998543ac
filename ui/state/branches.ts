/**
 * The branches of what is looked at: the trunk, and one for each change that was made at the playhead. A branch keeps its run, so
 * that one can return; nothing that was done is lost by doing something else.
 */
import type { RunRecord } from '../../scenarios/run-record.ts';
import { type Change, changeAt, changeMs, changeWords, type RunRequest, type Wish } from '../run/request.ts';
import type { Opener } from './opener.ts';
import type { PageState } from './page-state.ts';
import { Value } from './value.ts';

export interface Branch {
  readonly id: number;
  /** What was done, in a few words; the trunk is called after its scenario. */
  readonly name: string;
  /** Id of the branch that it leaves; undefined for the trunk. */
  readonly parent: number | undefined;
  /** Where it leaves its parent. */
  readonly fromMs: number;
  readonly request: RunRequest;
  readonly record: RunRecord | undefined;
}

/** A request and the last of its changes. */
export interface Forked {
  readonly change: Change;
  readonly request: RunRequest;
}

export class Branches {
  readonly all = new Value<readonly Branch[]>([]);
  readonly current = new Value<number>(0);
  readonly #state: PageState;
  readonly #opener: Opener;
  #made = 0;
  /** Branches that `undo` left, the last one last. */
  #undone: number[] = [];

  constructor(state: PageState, opener: Opener) {
    this.#state = state;
    this.#opener = opener;
    state.run.subscribe(() => this.#follow(state.record));
  }

  get branch(): Branch | undefined {
    return this.all.get().find(({ id }) => id === this.current.get());
  }

  /** Why nothing can be changed now; undefined if it can. */
  get obstacle(): string | undefined {
    if (this.#state.run.get() === undefined) return 'No run is loaded.';
    return this.branch === undefined
      ? 'A stored run cannot be changed: what it ran in is not in the file. Open its scenario instead.'
      : undefined;
  }

  /** Does this at the playhead, on a branch of its own. What had been done later on this branch is not on the new one. */
  async change(wish: Wish): Promise<void> {
    const forked = this.forked(wish);
    if (forked !== undefined) await this.grow(forked);
  }

  /** What would be run for it: the same up to the playhead, and then this. Undefined if nothing can be changed. */
  forked(wish: Wish): Forked | undefined {
    const atMs = this.#state.atMs.get();
    const change = { at: changeAt(atMs), ...wish } as Change;
    const { branch } = this;
    if (branch === undefined) return undefined;
    const before = (branch.request.changes ?? []).filter((earlier) => changeMs(earlier) <= atMs);
    return { change, request: { ...branch.request, changes: [...before, change] } };
  }

  /** Makes it a branch, which is shown as soon as it has come to `showMs`: to where the change is, if nothing is said. */
  async grow({ change, request }: Forked, showMs = changeMs(change)): Promise<void> {
    await this.#grow(changeWords(change), changeMs(change), request, showMs);
  }

  /** Runs with another parameter from the start on, `haproxy.m1.inter=1s`. */
  async set(setting: string): Promise<void> {
    const { branch } = this;
    if (branch === undefined) return;
    const [path] = setting.split('=');
    const others = branch.request.set.filter((each) => !each.startsWith(`${path}=`));
    await this.#grow(setting, 0, { ...branch.request, set: [...others, setting] }, this.#state.atMs.get());
  }

  /** Resolves as soon as the branch is shown, or cannot be. */
  async #grow(name: string, fromMs: number, request: RunRequest, showMs: number): Promise<void> {
    const branch = { id: ++this.#made, name, parent: this.current.get(), fromMs, request, record: undefined };
    await new Promise<void>((resolve) => {
      const arrive = () => {
        this.#undone = [];
        this.all.set([...this.all.get(), branch]);
        this.current.set(branch.id);
        this.#state.notice.set(undefined);
        resolve();
      };
      void this.#opener.openFork(request, showMs, arrive).then(() => resolve());
    });
  }

  /** Goes to a branch; the playhead stays where it is, or goes to `atMs`. */
  async open(id: number, atMs = this.#state.atMs.get()): Promise<void> {
    const branch = this.all.get().find((each) => each.id === id);
    if (branch === undefined || id === this.current.get()) return;
    const arrive = () => this.current.set(id);
    if (branch.record === undefined) await this.#opener.openFork(branch.request, atMs, arrive);
    else {
      this.#opener.leave();
      arrive();
      this.#state.show(branch.record, { request: branch.request }, atMs, true);
    }
  }

  /** Back to before the last change: to the branch that this one leaves, at the moment when it leaves it. */
  async undo(): Promise<void> {
    const { branch } = this;
    if (branch?.parent === undefined) return;
    this.#undone.push(branch.id);
    await this.open(branch.parent, branch.fromMs);
  }

  async redo(): Promise<void> {
    const id = this.#undone.pop();
    const branch = this.all.get().find((each) => each.id === id);
    if (branch !== undefined) await this.open(branch.id, branch.fromMs);
  }

  /** A run that came from a choice or a link: its trunk, and a branch for each change that is in it already. */
  plant(request: RunRequest | undefined): void {
    this.#undone = [];
    if (request === undefined) {
      this.all.set([]);
      return;
    }
    const { changes = [], ...trunk } = request;
    const grown: Branch[] = [
      {
        id: ++this.#made,
        name: request.scenario,
        parent: undefined,
        fromMs: 0,
        request: trunk,
        record: undefined,
      },
    ];
    changes.forEach((change, index) => {
      grown.push({
        id: ++this.#made,
        name: changeWords(change),
        parent: grown.at(-1)!.id,
        fromMs: changeMs(change),
        request: { ...trunk, changes: changes.slice(0, index + 1) },
        record: undefined,
      });
    });
    this.all.set(grown);
    this.current.set(grown.at(-1)!.id);
  }

  /** Keeps what the current branch has come to. */
  #follow(record: RunRecord | undefined): void {
    if (record === undefined || record.known_ms !== undefined) return;
    const id = this.current.get();
    this.all.set(this.all.get().map((branch) => (branch.id === id ? { ...branch, record } : branch)));
  }
}
