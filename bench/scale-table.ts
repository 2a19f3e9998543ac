/** The table of `npm run bench -- scale`: two losses of a master, each with the apiservers' in-flight limits and without. */
import { type Loss, measureStorm, type Storm } from './scale.ts';
import { count, type Row, ratio, type Table } from './table.ts';

const KUBELETS = 5_000;

export function scaleTable(): Table {
  const storms = (loss: Loss) => {
    const [limited, unlimited] = [true, false].map((limits) => {
      const name = `the ${loss} dies, ${limits ? 'limits' : 'no limits'}`;
      return measureStorm(KUBELETS, limits, loss, (text) =>
        process.stderr.write(`bench: ${name}: ${text}\n`),
      );
    }) as [Storm, Storm];
    return { limited, unlimited };
  };
  const [holder, leader] = [storms('holder'), storms('leader')];
  const rows = ({ limited, unlimited }: typeof holder): Row[] => {
    const both = (of: (storm: Storm) => string): string => `${of(limited)} / ${of(unlimited)}`;
    return [
      [
        'simulated s per CPU second',
        both(({ simulatedPerCpu }) => ratio(simulatedPerCpu).toString()),
        'more than 1',
      ],
      ['CPU seconds of the start', both(({ startCpuSeconds }) => count(startCpuSeconds)), ''],
      ['most reads at once on an apiserver', both(({ mostReading }) => count(mostReading)), 'limit 400'],
      ['most changes at once on an apiserver', both(({ mostMutating }) => count(mostMutating)), 'limit 200'],
      ['answers 429', both(({ refused }) => count(refused)), ''],
      ['kubelets cut off and back', both(({ cutOff, back }) => `${back} of ${cutOff}`), 'all'],
      [
        'half, all are back after s',
        both((one) => `${one.halfBackSeconds.toFixed(1)}, ${one.allBackSeconds.toFixed(1)}`),
        '',
      ],
      ['nodes NotReady at once', both(({ mostNotReady }) => count(mostNotReady)), '1 is the dead master'],
    ];
  };
  return {
    figures: {
      scale_sim_s_per_cpu_s: ratio(holder.limited.simulatedPerCpu),
      scale_refused: leader.limited.refused,
      scale_most_mutating: leader.unlimited.mostMutating,
    },
    rows: [
      ['with in-flight limits / without', '', ''],
      ['VIP and etcd lose their master:', '', ''],
      ...rows(holder),
      ['only etcd loses its leader:', '', ''],
      ...rows(leader),
    ],
  };
}
