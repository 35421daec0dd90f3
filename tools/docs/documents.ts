// Which documents hold generated sections, and where each section comes from.
import { failuresTable } from './failures';
import { realItems } from './items';
import { settled, shown } from './items-shown';
import { operationsTable, optionsTable, parametersTable } from './parameters';
import { frameSizesTable, modelsTable, statusesTable } from './reference';
import { roomsGraph } from './rooms';

export const DOCUMENTS = ['README.md', 'CONTRIBUTING.md'] as const;

/** Makes a section's text; gets what is written there now. */
type Maker = (written: string) => Promise<string> | string;

/** The makers of all sections, by name. */
export function createMakers(): Readonly<Record<string, Maker>> {
	return {
		operations: operationsTable,
		parameters: parametersTable,
		options: optionsTable,
		models: modelsTable,
		'frame-sizes': frameSizesTable,
		statuses: statusesTable,
		errors: failuresTable,
		'output-item': async (written) => settled(written, shown((await realItems()).finished)),
		'error-item': async (written) => settled(written, shown((await realItems()).ended)),
		rooms: roomsGraph,
	};
}
