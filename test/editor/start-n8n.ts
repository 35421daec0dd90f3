// Before all tests of the editor: starts the oldest n8n, the last 1.x and the newest.
import { WHOLE_VERSIONS } from '../../tools/n8n/versions';
import { startRequired } from '../e2e/start-n8n';

export default async function start(): Promise<void> {
	await startRequired(WHOLE_VERSIONS);
}
