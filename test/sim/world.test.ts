import { describe, expect, test } from 'vitest';
import { setAddresses } from '../../sim/arp.ts';
import { host, process, SECOND, story } from './fixture.ts';
import { askerType, echoType, politeType, proberType, spawnerType, writerType } from './machines.ts';

function pair(to = '10.0.0.2', everyUs = SECOND) {
  return story({
    hosts: [host('a', 1), host('b', 2), host('c', 3)],
    processes: [process('b', echoType), process('a', askerType, { to, everyUs })],
  });
}

const named = (s: ReturnType<typeof pair>, name: string) =>
  s.notes.filter(([, , note]) => note['name'] === name);

describe('TCP as a client can tell it apart', () => {
  test('a message is answered within a round trip', () => {
    const s = pair();
    s.world.runUntil(3 * SECOND);
    const answers = named(s, 'answer');
    expect(answers.map(([, , note]) => note['message'])).toEqual([1, 2, 3]);
    expect(answers[1]?.[0]).toBeGreaterThan(1000);
    expect(answers[1]?.[0]).toBeLessThan(1002);
  });

  test('a closed port on a host that is up answers with RST: refused', () => {
    const s = pair('10.0.0.3');
    s.world.runUntil(SECOND);
    expect(named(s, 'failed').map(([, , note]) => note['reason'])).toEqual(['refused']);
  });

  test('an address that nobody has gives no route after three ARP tries', () => {
    const s = pair('10.0.0.99');
    s.world.runUntil(10 * SECOND);
    const [failed] = named(s, 'failed');
    expect(failed?.[2]['reason']).toBe('no-route');
    expect(failed?.[0]).toBeCloseTo(3000, -1);
  });

  test('a lost SYN is sent again after 1, 3, 7, 15, 31 and 63 s and given up after 127 s', () => {
    const s = pair();
    s.world.act(0, {
      do: 'rule-add',
      rule: { id: 'cut', from: [0], to: [1], protocol: 'tcp', effect: { kind: 'drop' } },
    });
    s.world.runUntil(200 * SECOND);
    const drops = s.steps
      .filter((step) => step.kind === 'drop')
      .map((step) => Math.round(step.atUs / SECOND));
    expect(drops).toEqual([0, 1, 3, 7, 15, 31, 63]);
    expect(named(s, 'failed')).toEqual([
      [expect.closeTo(127_000, -1), 'a/asker', expect.objectContaining({ reason: 'timeout' })],
    ]);
  });

  test('a blackout of 0.5 s is bridged by retransmission at 0.2, 0.6, 1.4 s', () => {
    const s = pair();
    s.world.act(0.9 * SECOND, {
      do: 'rule-add',
      rule: { id: 'cut', from: [0], to: [1], effect: { kind: 'drop' } },
    });
    s.world.act(1.5 * SECOND, { do: 'rule-remove', id: 'cut' });
    s.world.runUntil(3 * SECOND);
    const answers = named(s, 'answer');
    expect(answers.map(([, , note]) => note['message'])).toEqual([1, 2, 3]);
    // Sent at 1.0 s; tries at 1.2 and 1.6 s.
    expect(answers[1]?.[0]).toBeGreaterThan(1600);
    expect(answers[1]?.[0]).toBeLessThan(1603);
  });

  test('what the own host refused goes out with the next write, not with the timer', () => {
    const s = pair('10.0.0.2', 100_000);
    s.world.act(SECOND, {
      do: 'rule-add',
      rule: { id: 'firewall', from: [0], to: [1], effect: { kind: 'drop', refused: true } },
    });
    s.world.act(1.75 * SECOND, { do: 'rule-remove', id: 'firewall' });
    s.world.runUntil(3 * SECOND);
    const echoes = named(s, 'answer').filter(([ms]) => ms > 1000);
    // Tries of the timer would come at 1.6 and 2.4 s; one asks every 0.1 s.
    expect(echoes[0]?.[0]).toBeGreaterThan(1750);
    expect(echoes[0]?.[0]).toBeLessThan(1860);
    const messages = named(s, 'answer').map(([, , note]) => note['message'] as number);
    expect(messages).toEqual(messages.map((_, i) => i + 1));
  });

  test('one-way loss towards the sender soon silences the stream though the data would arrive', () => {
    const s = pair('10.0.0.2', 100_000);
    s.world.act(SECOND, {
      do: 'rule-add',
      rule: { id: 'cut', from: [1], to: [0], effect: { kind: 'drop' } },
    });
    s.world.runUntil(5 * SECOND);
    const echo = s.world.lead(s.world.process('b/echo'));
    const seen = (echo?.context as { seen: number } | undefined)?.seen;
    expect(seen).toBeGreaterThanOrEqual(11);
    expect(seen).toBeLessThanOrEqual(13);
  });

  test('kill -9 of the server ends its connections with an end of file, power-off with silence', () => {
    const killed = pair();
    killed.world.act(1.5 * SECOND, { do: 'kill', process: 'b/echo' });
    killed.world.runUntil(5 * SECOND);
    expect(named(killed, 'closed').map(([, , note]) => note['how'])).toEqual(['eof']);
    const dark = pair();
    dark.world.act(1.5 * SECOND, { do: 'host', host: 'b', event: { type: 'power-off' } });
    dark.world.runUntil(5 * SECOND);
    expect(named(dark, 'closed')).toEqual([]);
  });

  test('a host that came back does not know the connection: RST', () => {
    const s = pair();
    s.world.act(1.5 * SECOND, { do: 'host', host: 'b', event: { type: 'power-off' } });
    s.world.act(2.5 * SECOND, { do: 'host', host: 'b', event: { type: 'power-on' } });
    s.world.runUntil(10 * SECOND);
    expect(named(s, 'closed').map(([, , note]) => note['how'])).toEqual(['reset']);
  });

  test('a connection of a host with its own further address is silent at both ends once that is gone, and goes on when it is back', () => {
    const late = { startDelayUs: [SECOND, SECOND] as const };
    const s = story({
      hosts: [host('a', 1)],
      processes: [
        process('a', echoType),
        { ...process('a', askerType, { to: '10.0.0.9', everyUs: SECOND }), ...late },
      ],
    });
    const { world } = s;
    const [a] = world.hosts;
    world.runUntil(0.5 * SECOND);
    setAddresses(world, a!, ['10.0.0.1', '10.0.0.9']);
    world.runUntil(3.5 * SECOND);
    const answered = named(s, 'answer').length;
    expect(answered).toBeGreaterThan(1);
    setAddresses(world, a!, ['10.0.0.1']);
    world.runUntil(8 * SECOND);
    expect(named(s, 'answer')).toHaveLength(answered);
    expect(named(s, 'closed')).toEqual([]);
    setAddresses(world, a!, ['10.0.0.1', '10.0.0.9']);
    world.runUntil(20 * SECOND);
    expect(named(s, 'answer').length).toBeGreaterThan(answered + 5);
  });

  test('a paused server still lets connections in and answers when it goes on', () => {
    const s = pair();
    s.world.act(0.5 * SECOND, { do: 'pause', process: 'b/echo' });
    s.world.act(2.5 * SECOND, { do: 'resume', process: 'b/echo' });
    s.world.runUntil(2.4 * SECOND);
    expect(named(s, 'answer')).toHaveLength(1);
    s.world.runUntil(2.6 * SECOND);
    expect(named(s, 'answer')).toHaveLength(3);
  });

  test('a connection that is reset in the step that learns of it never reaches accept()', () => {
    const s = story({
      hosts: [host('a', 1), host('b', 2)],
      processes: [process('b', spawnerType), process('a', proberType, { to: '10.0.0.2' })],
    });
    s.world.runUntil(2.9 * SECOND);
    expect(s.world.lead(s.world.process('a/prober'))?.context).toEqual({ to: '10.0.0.2', connected: 3 });
    expect(s.world.lead(s.world.process('b/spawner'))?.context).toEqual({ count: 0 });
    expect(s.world.connections.size).toBe(0);
  });

  test('a lead starts a member and hands the connection over; the member may end itself', () => {
    const s = story({
      hosts: [host('a', 1), host('b', 2)],
      processes: [process('b', spawnerType), process('a', askerType, { to: '10.0.0.2', everyUs: SECOND })],
    });
    s.world.runUntil(1.5 * SECOND);
    expect(
      s.notes.filter(([, , note]) => note['name'] === 'answer').map(([, , note]) => note['message']),
    ).toEqual(['hello', 'hello']);
    expect([...s.world.process('b/spawner').members.keys()]).toEqual(['w1']);
    s.world.act(1.6 * SECOND, { do: 'kill', process: 'a/asker' });
    s.world.runUntil(2 * SECOND);
    expect(s.world.process('b/spawner').members.size).toBe(0);
    expect(s.world.connections.size).toBe(0);
  });
});

describe('disk', () => {
  test('an unsynced write survives kill -9 and not a power cut', () => {
    const spec = {
      hosts: [host('a', 1)],
      processes: [process('a', writerType, {}, { kind: 'systemd', restart: 'always' as const })],
    };
    const killed = story(spec);
    killed.world.act(3.5 * SECOND, { do: 'kill', process: 'a/writer' });
    killed.world.runUntil(4 * SECOND);
    const began = (s: typeof killed) =>
      s.notes.filter(([, , note]) => note['name'] === 'began').map(([, , note]) => note['count']);
    expect(began(killed)).toEqual([0, 3]);
    const dark = story(spec);
    dark.world.act(3.5 * SECOND, { do: 'host', host: 'a', event: { type: 'power-off' } });
    dark.world.act(3.6 * SECOND, { do: 'host', host: 'a', event: { type: 'power-on' } });
    dark.world.runUntil(4 * SECOND);
    expect(began(dark)).toEqual([0, 2]);
  });

  test('a hung disk answers when it is healed; a lying one answers and forgets', () => {
    const spec = { hosts: [host('a', 1)], processes: [process('a', writerType)] };
    const hung = story(spec);
    hung.world.act(1.5 * SECOND, { do: 'disk', host: 'a', hung: true });
    hung.world.act(4.5 * SECOND, { do: 'disk', host: 'a', hung: false });
    hung.world.runUntil(4.6 * SECOND);
    expect(
      hung.notes
        .filter(([at, , note]) => note['name'] === 'written' && at > 1500)
        .map(([at]) => Math.floor(at)),
    ).toEqual([4500, 4500, 4500]);
    const lying = story(spec);
    lying.world.act(0, { do: 'disk', host: 'a', lying: true });
    lying.world.act(4.5 * SECOND, { do: 'host', host: 'a', event: { type: 'reset' } });
    lying.world.runUntil(5 * SECOND);
    expect(
      lying.notes.filter(([, , note]) => note['name'] === 'began').map(([, , note]) => note['count']),
    ).toEqual([0, 0]);
  });
});

describe('supervisors', () => {
  test('systemd restarts after 100 ms and gives up after 5 starts in 10 s', () => {
    const s = story({
      hosts: [host('a', 1)],
      processes: [process('a', writerType, {}, { kind: 'systemd', restart: 'always' })],
    });
    for (let i = 1; i <= 8; i++) s.world.act(i * 500_000, { do: 'kill', process: 'a/writer' });
    s.world.runUntil(20 * SECOND);
    expect(s.notes.filter(([, , note]) => note['name'] === 'began')).toHaveLength(5);
    expect(s.world.process('a/writer').state).toBe('stopped');
  });

  test('an operator stop is not undone by the supervisor', () => {
    const s = story({
      hosts: [host('a', 1)],
      processes: [process('a', writerType, {}, { kind: 'systemd', restart: 'always' })],
    });
    s.world.act(SECOND, { do: 'stop', process: 'a/writer' });
    s.world.runUntil(20 * SECOND);
    expect(s.world.process('a/writer').state).toBe('stopped');
  });

  test('systemctl stop lasts until the next boot, a manifest that was moved away stays away', () => {
    const pod = process('a', writerType, {}, { kind: 'static-pod', requires: 'echo' });
    const unit = process('a', politeType, {}, { kind: 'systemd', restart: 'no' });
    const s = story({ hosts: [host('a', 1)], processes: [process('a', echoType), pod, unit] });
    s.world.act(SECOND, { do: 'stop', process: 'a/writer' });
    s.world.act(SECOND, { do: 'stop', process: 'a/polite' });
    s.world.act(2 * SECOND, { do: 'host', host: 'a', event: { type: 'power-off' } });
    s.world.act(3 * SECOND, { do: 'host', host: 'a', event: { type: 'power-on' } });
    s.world.runUntil(20 * SECOND);
    expect(s.world.process('a/writer').state).toBe('stopped');
    expect(s.world.process('a/polite').state).toBe('running');
  });

  test('systemctl restart starts a new process when the old one has ended, whatever its Restart= says', () => {
    const s = story({
      hosts: [host('a', 1)],
      processes: [process('a', politeType, {}, { kind: 'systemd', restart: 'no' })],
    });
    s.world.act(SECOND, { do: 'restart', process: 'a/polite' });
    s.world.runUntil(1.2 * SECOND);
    expect(s.world.process('a/polite').state).toBe('running');
    s.world.runUntil(3 * SECOND);
    expect(
      s.notes.filter(([, , note]) => note['name'] === 'began').map(([at]) => Math.round(at / 100)),
    ).toEqual([0, 15]);
    expect(s.world.process('a/polite').state).toBe('running');
  });

  test('a static pod restarts at once, then after 10 s, 20 s, ... and only while its kubelet runs', () => {
    const pod = { ...process('a', writerType, {}, { kind: 'static-pod', requires: 'echo' }) };
    const s = story({ hosts: [host('a', 1)], processes: [process('a', echoType), pod] });
    const kills = [5, 10, 30, 70].map((t) => t * SECOND);
    for (const at of kills) s.world.act(at, { do: 'kill', process: 'a/writer' });
    s.world.runUntil(200 * SECOND);
    const starts = s.notes.filter(([, , note]) => note['name'] === 'began').map(([at]) => at / 1000);
    const waits = starts.slice(1).map((at, i) => at - (kills[i] as number) / SECOND);
    [0, 10, 20, 40].forEach((least, i) => {
      expect(waits[i]).toBeGreaterThanOrEqual(least);
      expect(waits[i]).toBeLessThanOrEqual(least + 1.001);
    });
  });
});

describe('clocks', () => {
  test('a clock that runs fast by 10 % fires its timers earlier by 10 %', () => {
    const s = story({ hosts: [host('a', 1)], processes: [process('a', writerType)] });
    s.world.act(0, { do: 'clock', host: 'a', driftPpm: 100_000 });
    s.world.runUntil(10 * SECOND);
    const last = s.notes.filter(([, , note]) => note['name'] === 'written').length;
    expect(last).toBe(10);
    expect(s.notes.filter(([, , note]) => note['name'] === 'written').at(-1)?.[0]).toBeCloseTo(
      (10 * 1000) / 1.1,
      -1,
    );
  });
});
