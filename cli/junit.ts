/**
 * A check as JUnit XML, as CI systems read it: a test case for each property, a failure with its counterexample and story, and what
 * was not tried as skipped.
 *
 * Source: the schema that Jenkins' JUnit plugin and GitLab read (testsuite, testcase, failure, skipped, system-out).
 */
import { wordOf } from '../properties/fault-classes.ts';
import { scheduleText } from '../properties/schedule.ts';
import type { CheckReport } from './check-report.ts';
import { storyText } from './print-story.ts';
import { PLAIN } from './style.ts';
import { UNLIMITED } from './wrap.ts';

export function junitOf(report: CheckReport): string {
  const { name, properties, leftOut, counterexamples, seconds, runs, faults } = report;
  const cases = properties.map((property) => {
    const broken = counterexamples.find((one) => one.property.name === property.name);
    const head = `    <testcase classname="${escaped(name)}" name="${escaped(property.sentence)}"`;
    if (broken === undefined) return `${head}/>`;
    const { what, schedule, file, record } = broken;
    const story = storyText(record, undefined, PLAIN, UNLIMITED);
    return [
      `${head}>`,
      `      <failure message="${escaped(what)}" type="${escaped(property.name)}">${escaped(`${scheduleText(schedule)}\nreplay: quorate check ${file} --property ${property.name} --runs 1\n\n${story}`)}</failure>`,
      '    </testcase>',
    ].join('\n');
  });
  const skipped = leftOut.map(
    (property) =>
      `    <testcase classname="${escaped(name)}" name="${escaped(property.sentence)}"><skipped message="${escaped(`not claimed under ${faults.map(wordOf).join(', ')}`)}"/></testcase>`,
  );
  const count = properties.length + leftOut.length;
  const attributes = `name="quorate check ${escaped(name)}" tests="${count}" failures="${counterexamples.length}" skipped="${leftOut.length}" time="${seconds.toFixed(1)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite ${attributes}>`,
    ...cases,
    ...skipped,
    `    <system-out>${escaped(`${runs} runs, seed ${report.seed}, faults: ${faults.map(wordOf).join(', ')}`)}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Text and attribute values; what XML 1.0 has no character for is left out. */
function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
  );
}
