import { conventionFaults, parsePrometheusText } from './prometheus-text.js';

const head = '# HELP a_total All.\n# TYPE a_total counter\n';

test('families, labels with escapes, every kind of value', () => {
  const text = `${head}a_total{path="C:\\\\x \\"y\\"\\n",b=""} 1.5e3\na_total +Inf\n\n# HELP g G.\n# TYPE g gauge\ng -0.5\n`;
  expect([...parsePrometheusText(text).values()]).toEqual([
    {
      name: 'a_total',
      type: 'counter',
      help: 'All.',
      samples: [
        { name: 'a_total', labels: { path: 'C:\\x "y"\n', b: '' }, value: 1500 },
        { name: 'a_total', labels: {}, value: Infinity },
      ],
    },
    { name: 'g', type: 'gauge', help: 'G.', samples: [{ name: 'g', labels: {}, value: -0.5 }] },
  ]);
});

const histogram = (lines: string) => `# HELP h H.\n# TYPE h histogram\n${lines}`;

test.each([
  ['a line that does not end', `${head}a_total 1`],
  ['a sample without TYPE', 'a_total 1\n'],
  ['a sample of another family', `${head}b_total 1\n`],
  ['HELP of one and TYPE of another', '# HELP a A.\n# TYPE b gauge\n'],
  ['a type that is none', '# HELP a A.\n# TYPE a number\n'],
  ['a family twice', `${head}a_total 1\n${head}a_total 2\n`],
  ['a series twice', `${head}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
  ['a label twice', `${head}a_total{x="1",x="2"} 1\n`],
  ['a label without quotes', `${head}a_total{x=1} 1\n`],
  ['a label with a bad escape', `${head}a_total{x="\\t"} 1\n`],
  ['a label that begins with a digit', `${head}a_total{1x="1"} 1\n`],
  ['a name with a dash', '# HELP a-b A.\n'],
  ['a value that is none', `${head}a_total one\n`],
  ['a value and a comma', `${head}a_total 1,5\n`],
  ['a comment', '# by hand\n'],
  ['buckets that fall', histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n')],
  ['no last bucket', histogram('h_bucket{le="1"} 2\nh_sum 1\nh_count 2\n')],
  ['a count that is not the last bucket', histogram('h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n')],
  ['no sum', histogram('h_bucket{le="+Inf"} 1\nh_count 1\n')],
])('refuses %s', (_, text) => expect(() => parsePrometheusText(text)).toThrow());

test('takes a histogram', () => {
  const text = histogram('h_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n');
  expect(parsePrometheusText(text).get('h')?.samples).toHaveLength(4);
});

test.each([
  ['is no snake_case', { name: 'aB', type: 'gauge', help: 'A.', samples: [] }],
  ['is a counter', { name: 'a', type: 'counter', help: 'A.', samples: [] }],
  ['is a gauge', { name: 'a_total', type: 'gauge', help: 'A.', samples: [] }],
  ['has no base unit', { name: 'a_ms', type: 'gauge', help: 'A.', samples: [] }],
  ['has no sentence', { name: 'a', type: 'gauge', help: 'a', samples: [] }],
  ['counts below 0', { name: 'a_total', type: 'counter', help: 'A.', samples: [{ name: 'a_total', labels: {}, value: -1 }] }],
] as const)('a name that %s', (said, family) =>
  expect(conventionFaults([{ ...family, samples: [...family.samples] }])).toEqual([expect.stringContaining(said)]),
);
