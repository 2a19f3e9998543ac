/**
 * Faults of the network: each is one or more rules on directed links. They take `links: [A, B]`, two groups of
 * hosts, with a `direction`, or `on`, and then hit everything to and from those hosts.
 */
import { z } from '../models/zod.ts';
import type { Action } from '../sim/faults.ts';
import type { RuleEffect } from '../sim/network.ts';
import { durationUs } from './durations.ts';
import { type Aim, type FaultContext, fault } from './fault.ts';
import { duration, share, shareOf } from './schema-parts.ts';

const protocol = z
  .enum(['tcp', 'arp', 'vrrp', 'icmp'])
  .optional()
  .describe('Only these packets; default all');

function ruleOf(
  { from, to }: Aim['links'][number],
  index: number,
  context: FaultContext,
  effect: RuleEffect,
  only: string | undefined,
): Action {
  return {
    do: 'rule-add',
    rule: {
      id: `${context.entry}#${index}`,
      from: from.map((host) => context.indexOf(host)),
      to: to.map((host) => context.indexOf(host)),
      ...(only === undefined ? {} : { protocol: only }),
      effect,
    },
  };
}

function addRules(aim: Aim, context: FaultContext, effect: RuleEffect, only: string | undefined): Action[] {
  return aim.links.map((link, index) => ruleOf(link, index, context, effect, only));
}

function removeRules(aim: Aim, context: FaultContext): Action[] {
  return aim.links.map((_link, index) => ({ do: 'rule-remove', id: `${context.entry}#${index}` }));
}

/** A fault of the network whose parameters become one rule's effect. */
function networkFault<P extends z.ZodRawShape>(definition: {
  name: string;
  about: string;
  parameters: P;
  effect: (parameters: z.infer<z.ZodObject<P>>) => RuleEffect;
}) {
  const parameters = z.strictObject({ ...definition.parameters, protocol });
  return fault({
    name: definition.name,
    about: definition.about,
    aim: 'network',
    parameters,
    begin: (aim, given, context) => {
      const only = (given as { protocol?: string }).protocol;
      return addRules(aim, context, definition.effect(given as z.infer<z.ZodObject<P>>), only);
    },
    end: (aim, _given, context) => removeRules(aim, context),
  });
}

export const NETWORK_FAULTS = [
  networkFault({
    name: 'partition',
    about: 'No packet gets through between the two sides.',
    parameters: {},
    effect: () => ({ kind: 'drop' }),
  }),
  networkFault({
    name: 'latency',
    about: 'Packets take this much longer, each way.',
    parameters: {
      by: duration.describe('Added to each packet'),
      jitter: duration.optional().describe('Up to this much more, drawn for each; default 0s'),
    },
    effect: ({ by, jitter }) => ({
      kind: 'delay',
      latencyUs: durationUs(by),
      jitterUs: jitter === undefined ? 0 : durationUs(jitter),
    }),
  }),
  networkFault({
    name: 'jitter',
    about: 'Each packet takes up to this much longer, drawn for each.',
    parameters: { by: duration },
    effect: ({ by }) => ({ kind: 'delay', latencyUs: 0, jitterUs: durationUs(by) }),
  }),
  networkFault({
    name: 'loss',
    about: 'This share of packets is lost, each by itself.',
    parameters: { share },
    effect: (given) => ({ kind: 'loss', probability: shareOf(given.share) }),
  }),
  networkFault({
    name: 'burst-loss',
    about: 'Packets are lost in bursts (Gilbert-Elliott: a good and a bad state, a loss rate each).',
    parameters: {
      share: share.describe('Lost in the bad state'),
      good: share.optional().describe('Lost in the good state; default 0%'),
      enter: share.describe('Chance per packet of turning bad'),
      leave: share.describe('Chance per packet of turning good again'),
    },
    effect: (given) => ({
      kind: 'burst-loss',
      toBad: shareOf(given.enter),
      toGood: shareOf(given.leave),
      lossGood: shareOf(given.good ?? '0%'),
      lossBad: shareOf(given.share),
    }),
  }),
  networkFault({
    name: 'duplicate',
    about: 'This share of datagrams arrives twice (TCP drops the copies).',
    parameters: { share },
    effect: (given) => ({ kind: 'duplicate', probability: shareOf(given.share) }),
  }),
  networkFault({
    name: 'reorder',
    about: 'This share of datagrams is held back, so that others overtake it (TCP keeps its order).',
    parameters: { share, by: duration.describe('How long it is held back') },
    effect: (given) => ({
      kind: 'reorder',
      probability: shareOf(given.share),
      delayUs: durationUs(given.by),
    }),
  }),
  fault({
    name: 'one-way',
    about: 'No packet gets through from the first side to the second; the other direction works.',
    aim: 'network',
    parameters: z.strictObject({ protocol }),
    begin: (aim, given, context) =>
      addRules({ ...aim, links: aim.links.slice(0, 1) }, context, { kind: 'drop' }, given.protocol),
    end: (aim, _given, context) => removeRules({ ...aim, links: aim.links.slice(0, 1) }, context),
  }),
  fault({
    name: 'firewall',
    about:
      'The firewall of the first side drops all; its own sends fail at once, so TCP tries with each write.',
    aim: 'network',
    parameters: z.strictObject({
      protocol,
      of: z
        .enum(['first', 'both'])
        .optional()
        .describe('Whose firewall: of the first side or of both; default first'),
    }),
    begin: (aim, { protocol: only, of }, context) =>
      aim.links.map((link, index) => {
        const refused = index === 0 || of === 'both';
        const effect: RuleEffect = refused ? { kind: 'drop', refused: true } : { kind: 'drop' };
        return ruleOf(link, index, context, effect, only);
      }),
    end: (aim, _given, context) => removeRules(aim, context),
  }),
  fault({
    name: 'heal',
    about: 'Ends faults of the network: those of one entry, or all, cables and switch ports included.',
    aim: 'none',
    parameters: z.strictObject({ entry: z.string().optional().describe('Name of the entry to undo') }),
    begin: (_aim, { entry }, context) => {
      const ids = context.rules.filter((id) => entry === undefined || id.startsWith(`${entry}#`));
      const rules: Action[] = ids.map((id) => ({ do: 'rule-remove', id }));
      if (entry !== undefined) return rules;
      const cables = context.hosts.flatMap((host): Action[] => [
        { do: 'carrier', host, on: true },
        { do: 'attached', host, on: true },
      ]);
      return [...rules, ...cables];
    },
  }),
  fault({
    name: 'mark',
    about: 'Nothing happens: a moment with a name, for expectations and measures.',
    aim: 'none',
    parameters: z.strictObject({}),
    begin: (_aim, _given, context) => [{ do: 'mark', name: context.entry }],
  }),
];
