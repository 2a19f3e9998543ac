/**
 * A terminal on a host of the cluster, at the playhead. What only looks is answered from there; what changes something is a
 * branch from there on. The playhead goes on to where the command has ended: time passes while one types.
 */
import type { Terminal } from '@xterm/xterm';
import xtermStyle from '@xterm/xterm/css/xterm.css?inline';
import { html, unsafeCSS } from 'lit';
import type { Engine } from '../engine/engine.ts';
import type { Typing } from '../engine/typing.ts';
import { changeMs } from '../run/request.ts';
import { sceneAt } from '../run/scene-at.ts';
import { clockText } from '../run/times.ts';
import type { Branches } from '../state/branches.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';
import { complete, EMPTY_LINE, entered, type Line, typeInto } from './line-editor.ts';
import { fill, openScreen, themeOf } from './screen.ts';
import { terminalStyles } from './styles.ts';
import {
  branched,
  ending,
  note,
  printable,
  problem,
  prompt,
  promptLength,
  USUAL_WORDS,
  waiting,
} from './words.ts';

export class HostTerminal extends PageElement {
  static override properties = {
    ...PageElement.properties,
    branches: { attribute: false },
    engine: { attribute: false },
    host: { state: true },
    shown: { state: true },
  };
  declare branches: Branches;
  declare engine: Engine;
  declare host: string;
  declare shown: boolean;
  static override styles = [shared, unsafeCSS(xtermStyle), terminalStyles];

  #terminal: Terminal | undefined;
  #line: Line = EMPTY_LINE;
  /** Rows from where the line begins down to its cursor, as last drawn. */
  #row = 0;
  #running = false;
  #stopping = false;
  /** What was typed while a command ran. */
  #ahead = '';
  #commands: readonly string[] = [];
  readonly #resized = new ResizeObserver(() => this.#fit());

  constructor() {
    super();
    this.host = '';
    this.shown = false;
  }

  protected override watched() {
    return [this.state.run, this.state.atMs];
  }

  /** On this host; without it on the host that it was on, or the first control plane. False if nothing can be typed. */
  async open(host?: string): Promise<boolean> {
    const { obstacle } = this.branches;
    if (obstacle !== undefined) {
      this.state.complain(obstacle);
      return false;
    }
    const hosts = this.#hosts();
    const to = [host, this.host].find((name) => hosts.includes(name ?? '')) ?? this.#first();
    this.shown = true;
    await this.updateComplete;
    if (this.#terminal === undefined) this.#begin(to);
    else if (to !== this.host) this.#goTo(to);
    this.#fit();
    this.#terminal?.focus();
    return true;
  }

  #hosts(): string[] {
    return (this.state.record?.hosts ?? []).map(({ name }) => name);
  }

  /** Whoever holds the VIP, or the first control plane. */
  #first(): string {
    const { record } = this.state;
    const run = this.state.run.get();
    const [holder] = run === undefined ? [] : sceneAt(run, this.state.atMs.get()).vipHolders;
    return (
      holder ?? record?.hosts.find(({ role }) => role === 'control-plane')?.name ?? this.#hosts()[0] ?? ''
    );
  }

  protected override render() {
    return html`<section aria-label="Terminal" ?hidden=${!this.shown}>
      <header>
        <h2>Terminal</h2>
        <label>
          <span class="unseen">Host</span>
          <select @change=${(event: Event) => this.#goTo((event.target as HTMLSelectElement).value)}>
            ${this.#hosts().map((name) => html`<option ?selected=${name === this.host}>${name}</option>`)}
          </select>
        </label>
        <span class="muted number">at ${clockText(this.state.atMs.get())}</span>
        <span class="space"></span>
        <span class="muted keys">Tab completes, Shift+Tab leaves, Ctrl+D closes</span>
        <button @click=${() => this.close()}>Close</button>
      </header>
      <div class="screen"></div>
    </section>`;
  }

  close(): void {
    this.shown = false;
    this.dispatchEvent(new CustomEvent('terminal-closed'));
    this.#stop();
  }

  get #into(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.screen')!;
  }

  #begin(host: string): void {
    const terminal = openScreen(this.#into, this.shadowRoot!);
    this.#terminal = terminal;
    terminal.onData((data) => this.#type(data));
    terminal.attachCustomKeyEventHandler((event) => !(event.key === 'Tab' && event.shiftKey));
    this.#resized.observe(this.#into);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      terminal.options.theme = themeOf(this);
    });
    void this.engine.ask('commands', {}).then((names) => {
      this.#commands = names;
    });
    this.host = host;
    terminal.write(
      note(
        'Commands run at the playhead. What changes the cluster forks the run. help lists the commands.\n',
      ),
    );
    this.#draw();
  }

  #fit(): void {
    if (this.#terminal === undefined || !this.shown) return;
    fill(this.#terminal, this.#into);
    if (!this.#running) this.#draw();
  }

  #goTo(host: string): void {
    if (this.#running) return;
    this.#wipe();
    this.host = host;
    this.#draw();
    this.#terminal?.focus();
  }

  /** Back to where the line begins, with nothing below. */
  #wipe(): void {
    this.#terminal?.write(`${this.#row > 0 ? `\x1b[${this.#row}A` : ''}\r\x1b[J`);
    this.#row = 0;
  }

  #draw(): void {
    const terminal = this.#terminal;
    if (terminal === undefined) return;
    this.#wipe();
    const { text, cursor } = this.#line;
    const length = promptLength(this.host);
    const end = length + text.length;
    // A line that ends with the last column leaves the cursor there: it has to be moved on.
    const full = end % terminal.cols === 0 ? '\n' : '';
    const [endRow, row] = [Math.floor(end / terminal.cols), Math.floor((length + cursor) / terminal.cols)];
    const up = endRow > row ? `\x1b[${endRow - row}A` : '';
    const right = (length + cursor) % terminal.cols;
    terminal.write(`${prompt(this.host)}${text}${full}${up}\r${right > 0 ? `\x1b[${right}C` : ''}`);
    this.#row = row;
  }

  #type(data: string): void {
    if (this.#running) {
      if (data.includes('\x03')) this.#stop();
      else this.#ahead += data;
      return;
    }
    const { line, deed, rest } = typeInto(this.#line, data);
    this.#line = line;
    if (deed === 'leave') {
      this.close();
      return;
    }
    if (deed === 'clear') this.#terminal?.clear();
    if (deed === 'complete') this.#complete();
    this.#draw();
    if (deed === 'enter' || deed === 'stop') {
      this.#line = { ...this.#line, cursor: this.#line.text.length };
      this.#draw();
      this.#terminal?.write(deed === 'stop' ? '^C\n' : '\n');
      this.#row = 0;
      const { text } = this.#line;
      this.#line = deed === 'stop' ? entered({ ...line, text: '' }) : entered(line);
      this.#ahead = rest;
      void this.#run(deed === 'stop' ? '' : text).then(() => this.#goOn());
    } else if (rest !== '') this.#type(rest);
  }

  #goOn(): void {
    if (!this.shown) return;
    this.#draw();
    const ahead = this.#ahead;
    this.#ahead = '';
    if (ahead !== '') this.#type(ahead);
  }

  #complete(): void {
    const paths = (this.state.record?.processes ?? []).map(({ name }) => name);
    const said = this.#line.history
      .flatMap((text) => text.split(/[\s|;&=,]+/))
      .filter((word) => word.length > 3);
    const others = [...new Set([...this.#hosts(), ...paths, ...USUAL_WORDS, ...said])].sort();
    const { line, among } = complete(this.#line, this.#commands, others);
    this.#line = line;
    if (among.length === 0) return;
    this.#wipe();
    this.#terminal?.write(`${prompt(this.host)}${this.#line.text}\n${among.join('  ')}\n`);
  }

  /** Runs a line that was entered, to its end. */
  async #run(text: string): Promise<void> {
    const [name = '', first = '', ...more] = text.trim().split(/\s+/);
    if (name === '') return;
    if (name === 'exit' || name === 'logout') this.close();
    else if (name === 'clear' && first === '') this.#terminal?.clear();
    else if (name === 'help')
      this.#say(`${this.#commands.join('  ')}\nssh HOST goes to another host, exit leaves.\n`);
    else if (name === 'history')
      this.#say(this.#line.history.map((line, i) => `${i + 1}  ${line}\n`).join(''));
    else if (name === 'ssh' && more.length === 0 && this.#hosts().includes(first.replace(/^.*@/, '')))
      this.host = first.replace(/^.*@/, '');
    else await this.#command(text);
  }

  async #command(text: string): Promise<void> {
    const { branches, host } = this;
    const forked = branches.forked({ run: text, on: host });
    if (forked === undefined) {
      this.#terminal?.write(problem(branches.obstacle ?? 'Nothing can be typed now.'));
      return;
    }
    this.state.playing.set(false);
    this.#running = true;
    this.#stopping = false;
    let shown = 0;
    let waits = false;
    const show = (news: Typing): void => {
      if (waits) this.#terminal?.write('\r\x1b[K');
      waits = false;
      this.#say(news.text.slice(shown));
      shown = news.text.length;
    };
    try {
      const done = await this.engine.ask('type', { request: forked.request }, (news) => {
        show(news);
        if (!news.text.endsWith('\n') && news.text !== '') return;
        this.#terminal?.write(waiting(news.tookMs));
        waits = true;
      });
      show(done);
      if (done.text !== '' && !done.text.endsWith('\n')) this.#terminal?.write('\n');
      this.#terminal?.write(ending(done.tookMs, done.exitCode, done.stopped));
      if (done.stopped) return;
      const endMs = changeMs(forked.change) + done.tookMs;
      if (!done.touched) this.state.jump(endMs);
      else {
        this.#terminal?.write(branched());
        await branches.grow(forked, endMs);
      }
    } catch (error) {
      if (waits) this.#terminal?.write('\r\x1b[K');
      this.#terminal?.write(problem(error instanceof Error ? error.message : String(error)));
    } finally {
      this.#running = false;
    }
  }

  #say(text: string): void {
    this.#terminal?.write(printable(text));
  }

  #stop(): void {
    if (!this.#running || this.#stopping) return;
    this.#stopping = true;
    void this.engine.ask('stop', { what: 'type' });
  }
}

customElements.define('host-terminal', HostTerminal);
