/** A command line in progress: what is asked, in which order, and what comes out. Answers are given by hand. */
import { expect, test } from 'vitest';
import { etcdTopology } from '../../../models/cluster/reference-etcd.ts';
import type { Place, Question } from '../../../models/console/command.ts';
import { type Answer, advance } from '../../../models/console/console.ts';
import { textOf } from '../../../models/console/output.ts';

const place: Place = { host: 'm1', topology: etcdTopology('etcd-3', { members: 3, spares: 0 }) };

/** Runs a line that asks nothing. */
function ran(line: string): { readonly text: string; readonly exitCode: number | undefined } {
  const { output, exitCode } = advance(line, place, []);
  return { text: textOf(output), exitCode };
}

test('words, quotes and variables are those of a shell', () => {
  expect(ran(`echo a  'b  c' "d $X"`)).toEqual({ text: 'a b  c d \n', exitCode: 0 });
  expect(ran('X=1; echo $X').text).toBe('1\n');
  expect(ran('export X=2; echo $X').text).toBe('2\n');
  expect(ran('echo $(echo inner) outer').text).toBe('inner outer\n');
});

test('a pipe feeds what one command prints to the next', () => {
  expect(ran("echo 'a\nb\nab' | grep b | wc -l").text).toBe('2\n');
  expect(ran("echo 'a\nb\nc' | grep -v b | head -1").text).toBe('a\n');
  expect(ran("echo 'a\nb\nc' | tail -n 1").text).toBe('c\n');
  expect(ran("echo a12b3 | grep -o '[0-9]*'").text).toBe('12\n3\n');
  expect(ran('echo nothing | grep x')).toEqual({ text: '', exitCode: 1 });
});

test('lists run on by exit code', () => {
  expect(ran('false && echo no; echo yes').text).toBe('yes\n');
  expect(ran('false || echo yes').text).toBe('yes\n');
  expect(ran('true && false')).toEqual({ text: '', exitCode: 1 });
});

test('redirections move what is printed', () => {
  expect(ran('nothing-like-it 2>/dev/null')).toEqual({ text: '', exitCode: 127 });
  expect(ran('nothing-like-it 2>&1 | grep -c found').text).toBe('1\n');
});

test('an unknown command says which ones exist', () => {
  const { text, exitCode } = ran('etcdcl member list');
  expect(exitCode).toBe(127);
  expect(text).toContain('sh: 1: etcdcl: not found');
  expect(text).toContain('etcdctl');
});

test('what a shell cannot read is an error of syntax', () => {
  expect(ran("echo 'open")).toMatchObject({ exitCode: 2 });
  expect(ran('echo a |')).toMatchObject({ exitCode: 0 });
});

test('a command in progress is the line and the answers so far: the same answers lead to the same questions', () => {
  const line = 'etcdctl --endpoints=m1:2379 member list';
  const answers: Answer[] = [];
  const asked: string[] = [];
  let nowUs = 0;
  for (let i = 0; i < 20; i++) {
    const { open, exitCode } = advance(line, place, answers);
    if (exitCode !== undefined) break;
    const [number, question] = [...open][0] as [number, Question];
    asked.push(question.ask);
    if (question.ask === 'fetch') nowUs += 1_000;
    const refused = {
      outcome: 'refused',
      connected: false,
      status: 0,
      body: undefined,
      chunks: [],
      tookUs: 1_000,
    };
    if (question.ask === 'wait') nowUs += question.delayUs;
    answers.push({
      question: number,
      value: question.ask === 'fetch' ? [refused] : question.ask === 'look' ? nowUs : undefined,
    });
  }
  // Refused: it dials again after 1, 1.6, 2.56 s of back-off, until the 5 s are over.
  expect(asked.filter((ask) => ask === 'fetch')).toHaveLength(3);
  expect(nowUs).toBeGreaterThanOrEqual(5_000_000);
  expect(advance(line, place, answers)).toEqual(advance(line, place, answers));
});
