import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { folders } from '../dashboards/index.js';
import { type Ask, answerOf, panelsOf, resolved, valuesOf, variablesOf } from '../proof/check-dashboard.js';
import { ALL, type Choice } from '../proof/interpolate.js';
import { openProofGym } from '../proof/proof-gym.js';
import { type DashboardAnswer, pageHtml } from './page.js';

const MINUTES = 12;
/** What somebody who looks at them chooses. */
const CHOSEN: Choice = { gym: ['demo'], room: ['main'], session: ALL, member: ['freya'] };
/** Where more is to be seen. */
const OTHERWISE: Readonly<Record<string, Choice>> = {
  Statistics: { ...CHOSEN, room: [ALL], member: [ALL] },
  Gateways: { ...CHOSEN, room: [ALL] },
};

/** All dashboards as one page of HTML. */
export async function drawnDashboards(): Promise<string> {
  const gym = await openProofGym(MINUTES);
  try {
    const { ask } = gym;
    // The second that begins at the end had no time to happen.
    const range = { from: gym.today.from, to: gym.today.to - 1000 };
    const drawn: DashboardAnswer[] = [];
    for (const build of folders.flatMap(({ dashboards }) => Object.values(dashboards))) {
      const dashboard = JSON.parse(JSON.stringify(build().build())) as Dashboard;
      const session = dashboard.title === 'Class' ? await newestSession(dashboard, ask) : ALL;
      const choice = await resolved(dashboard, { ...(OTHERWISE[dashboard.title!] ?? CHOSEN), session }, ask);
      const answers = [];
      for (const panel of panelsOf(dashboard)) answers.push(await answerOf(panel, dashboard, range, choice, ask));
      drawn.push({ dashboard, range, answers, chosen: textOf(choice, dashboard) });
    }
    return pageHtml(drawn);
  } finally {
    await gym.close();
  }
}

/** As somebody chooses it from the list. */
async function newestSession(dashboard: Dashboard, ask: Ask): Promise<string> {
  const variables = variablesOf(dashboard);
  const [newest] = await valuesOf(variables.find(({ name }) => name === 'session')!, variables, CHOSEN, ask);
  return newest!;
}

const textOf = (choice: Choice, dashboard: Dashboard): string =>
  variablesOf(dashboard)
    .filter(({ hide }) => !hide)
    .map(({ name, label }) => `${label}: ${[choice[name]].flat().includes(ALL) ? 'All' : [choice[name]].flat().join(', ')}`)
    .join(' · ');
