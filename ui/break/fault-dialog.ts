/** Break it: what, how, a preview of what it hits, and then it happens at the playhead. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Engine } from '../engine/engine.ts';
import type { FaultField, FaultForm } from '../engine/fault-forms.ts';
import { type ChangeValue, changeAt, type FaultChange } from '../run/request.ts';
import { sceneAt } from '../run/scene-at.ts';
import { clockText } from '../run/times.ts';
import type { Branches } from '../state/branches.ts';
import { PageElement } from '../state/page-element.ts';
import { dialogStyles } from '../styles/dialog.ts';
import { shared } from '../styles/shared.ts';
import { faultStyles } from './styles.ts';
import { faultsFor, type Target, targetsOf } from './targets.ts';

/** Where a host's faults begin, and a process's. */
const FIRST: Readonly<Record<string, string>> = {
  host: 'power-off',
  process: 'kill',
  link: 'partition',
  groups: 'partition',
  all: 'heal',
};

export class FaultDialog extends PageElement {
  static override properties = {
    ...PageElement.properties,
    branches: { attribute: false },
    engine: { attribute: false },
    target: { state: true },
    fault: { state: true },
    shown: { state: true },
    problem: { state: true },
  };
  declare branches: Branches;
  declare engine: Engine;
  declare target: string;
  declare fault: string;
  declare shown: boolean;
  declare problem: string;
  static override styles = [shared, dialogStyles, faultStyles];

  constructor() {
    super();
    this.target = '';
    this.fault = '';
    this.shown = false;
    this.problem = '';
  }

  protected override watched() {
    return [this.state.faults, this.state.aimed];
  }

  /** `on`: a host, HOST/PROCESS, or the id of another target; without it the VIP holder, or the first host. */
  async open(on?: string): Promise<void> {
    const obstacle = this.branches.obstacle;
    if (obstacle !== undefined) {
      this.state.complain(obstacle);
      return;
    }
    this.state.playing.set(false);
    this.shown = true;
    const targets = this.#targets();
    const chosen = targets.find(({ id }) => id === on) ?? targets[0];
    this.#aim(chosen);
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
    // The list of faults: arrows choose, Enter does it.
    this.renderRoot.querySelector<HTMLInputElement>('input[name=fault]:checked')?.focus();
    void this.#preview();
  }

  #targets(): Target[] {
    const run = this.state.run.get();
    return run === undefined ? [] : targetsOf(run.record, sceneAt(run, this.state.atMs.get()));
  }

  #aim(target: Target | undefined): void {
    if (target === undefined) return;
    this.target = target.id;
    const names = faultsFor(target.kind, this.state.faults.get()).map(({ name }) => name);
    if (!names.includes(this.fault)) this.fault = FIRST[target.kind] ?? names[0] ?? '';
  }

  protected override render() {
    const targets = this.shown ? this.#targets() : [];
    const target = targets.find(({ id }) => id === this.target);
    const faults = target === undefined ? [] : faultsFor(target.kind, this.state.faults.get());
    const form = faults.find(({ name }) => name === this.fault);
    const atMs = this.state.atMs.get();
    return html`<dialog aria-labelledby="title" @close=${this.#closed}>
      <form method="dialog" @submit=${this.#submit} @input=${this.#changed}>
        <div class="head">
          <h2 id="title">Break it at ${clockText(atMs)}</h2>
          <button type="button" @click=${() => this.#close()}>Cancel</button>
        </div>
        <label class="field">
          <span>What</span>
          <select name="target" @change=${(event: Event) => this.#aim(targets.find(({ id }) => id === (event.target as HTMLSelectElement).value))}>
            ${groupsOf(targets).map(
              ([group, members]) => html`<optgroup label=${group}>
                ${members.map(({ id, label }) => html`<option value=${id} ?selected=${id === this.target}>${label}</option>`)}
              </optgroup>`,
            )}
          </select>
        </label>
        ${target?.kind === 'groups' ? sides() : nothing}
        <fieldset>
          <legend>How</legend>
          <div class="faults">${faults.map((each) => this.#choice(each))}</div>
        </fieldset>
        ${form === undefined ? nothing : parameters(form, target)}
        <output class="preview" aria-live="polite">${this.#outlook()}</output>
        <div class="foot">
          <p class="muted">What happens from here on is a branch of its own; the run as it was stays.</p>
          <button class="primary" ?disabled=${this.problem !== ''}>Do it</button>
        </div>
      </form>
    </dialog>`;
  }

  #choice({ name, about }: FaultForm): TemplateResult {
    return html`<label class="choice">
      <input
        type="radio"
        name="fault"
        value=${name}
        .checked=${name === this.fault}
        @change=${() => {
          this.fault = name;
        }}
      />
      <span><strong>${name}</strong> <span class="muted">${about}</span></span>
    </label>`;
  }

  #outlook(): TemplateResult | string {
    if (this.problem !== '') return html`<p class="problem">${this.problem}</p>`;
    const preview = this.state.aimed.get();
    if (preview === undefined) return '';
    const run = this.state.run.get();
    const scene = run && sceneAt(run, this.state.atMs.get());
    const hit = new Set([...preview.hosts, ...preview.processes.map((path) => path.split('/')[0] ?? '')]);
    const work = (scene?.hosts ?? [])
      .filter(({ name }) => hit.has(name))
      .flatMap(({ name, holdsVip, processes }) => [
        ...(holdsVip ? [`${name} holds the VIP`] : []),
        ...processes
          .filter(
            ({ path, active }) =>
              active && (preview.hosts.includes(name) || preview.processes.includes(path)),
          )
          .map((one) => `${one.path} is ${one.state}`),
      ]);
    return html`<ul>
      ${preview.sentences.map((text) => html`<li>${text}</li>`)}
      ${work.length === 0 ? nothing : html`<li class="muted">now: ${work.join('; ')}</li>`}
    </ul>`;
  }

  readonly #changed = (): void => {
    // The fields of another fault are there only after the next rendering.
    void this.updateComplete.then(() => this.#preview());
  };

  #turn = 0;

  async #preview(): Promise<void> {
    const wish = this.#wish();
    const request = this.branches.branch?.request;
    if (wish === undefined || request === undefined) return;
    const turn = ++this.#turn;
    try {
      const change = { at: changeAt(this.state.atMs.get()), ...wish } as FaultChange;
      const preview = await this.engine.ask('preview', { request, change });
      if (turn !== this.#turn || !this.shown) return;
      this.problem = '';
      this.state.aimed.set(preview);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = (error instanceof Error ? error.message : String(error)).replace(/^\S+\.yaml:\d+: /, '');
      this.state.aimed.set(undefined);
    }
  }

  /** The change as the form says it. */
  #wish(): Omit<FaultChange, 'at'> | undefined {
    const form = this.renderRoot.querySelector('form');
    const target = this.#targets().find(({ id }) => id === this.target);
    const fault = this.state.faults.get().find(({ name }) => name === this.fault);
    if (form === null || target === undefined || fault === undefined) return undefined;
    const fields = new FormData(form);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    const wish: Record<string, ChangeValue> = { do: fault.name };
    if (target.kind === 'groups') wish['links'] = [text('side-a'), text('side-b')];
    else if (typeof target.on === 'string') wish['on'] = target.on;
    else if (target.on !== undefined) wish['links'] = [target.on[0], target.on[1]];
    if (wish['links'] !== undefined && text('direction') !== 'both') wish['direction'] = text('direction');
    if (fault.lasts && text('for') !== '') wish['for'] = text('for');
    for (const field of fault.fields) {
      const value = text(`own-${field.key}`);
      if (value !== '')
        wish[field.key] =
          field.kind === 'number' ? Number(value) : field.kind === 'boolean' ? value === 'true' : value;
    }
    return wish as Omit<FaultChange, 'at'>;
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const wish = this.#wish();
    if (wish === undefined || this.problem !== '') return;
    this.#close();
    void this.branches.change(wish);
  };

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close();
  }

  readonly #closed = (): void => {
    this.shown = false;
    this.problem = '';
    this.#turn++;
    this.state.aimed.set(undefined);
  };
}

customElements.define('fault-dialog', FaultDialog);

function groupsOf(targets: readonly Target[]): [string, Target[]][] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) groups.set(target.group, [...(groups.get(target.group) ?? []), target]);
  return [...groups];
}

function sides(): TemplateResult {
  return html`<div class="fields">
    <label class="field"><span>One side</span><input name="side-a" placeholder="m1, m2" required /></label>
    <label class="field"><span>Other side</span><input name="side-b" placeholder="m3" required /></label>
  </div>`;
}

function parameters(form: FaultForm, target: Target | undefined): TemplateResult | typeof nothing {
  const linked =
    target !== undefined && (target.kind === 'link' || target.kind === 'groups') && form.name !== 'one-way';
  if (form.fields.length === 0 && !form.lasts && !linked) return nothing;
  return html`<div class="fields">
    ${
      linked
        ? html`<label class="field"><span>Direction</span>
            <select name="direction"><option>both</option><option>to</option><option>from</option></select></label>`
        : nothing
    }
    ${form.fields.map((field) => input(field, target))}
    ${
      form.lasts
        ? html`<label class="field" title="It is undone after this long"><span>For</span><input name="for" placeholder="as long as it lasts, or 30s" /></label>`
        : nothing
    }
  </div>`;
}

function input(field: FaultField, target: Target | undefined): TemplateResult {
  const { key, about, required, kind, choices, example, suggestions } = field;
  const process = typeof target?.on === 'string' ? target.on.split('/')[1] : undefined;
  const known = process === undefined ? undefined : suggestions?.[process];
  const name = `own-${key}`;
  const options = kind === 'boolean' ? ['true', 'false'] : choices;
  const control =
    options.length > 0
      ? html`<select name=${name}>
          ${required ? nothing : html`<option value="">default</option>`}${options.map((each) => html`<option>${each}</option>`)}
        </select>`
      : html`<input name=${name} .value=${required ? example : ''} ?required=${required} inputmode=${kind === 'number' ? 'numeric' : 'text'} list=${known === undefined ? nothing : `known-${key}`} autocomplete="off" />${
          known === undefined
            ? nothing
            : html`<datalist id="known-${key}">${known.map((each) => html`<option value=${each.value}>${each.about}</option>`)}</datalist>`
        }`;
  return html`<label class="field" title=${about}><span>${key}</span>${control}<small class="muted">${about}</small></label>`;
}
