import { folders } from '../dashboards/index.js';

/** Where the dashboards' JSON is in Grafana's container; each folder of it is one in Grafana. */
const DASHBOARDS = '/etc/grafana/dashboards';

export const dashboardFolders = () => ({
  apiVersion: 1,
  providers: folders.map(({ uid, title }) => ({
    name: `Pulseboard ${title}`,
    type: 'file',
    folder: title,
    folderUid: uid,
    disableDeletion: true,
    // Changes belong into the code: in Grafana a copy may be made.
    allowUiUpdates: false,
    updateIntervalSeconds: 30,
    options: { path: `${DASHBOARDS}/${uid}` },
  })),
});
