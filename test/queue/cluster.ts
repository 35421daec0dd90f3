// Knows how to bring up n8n in queue mode: one main and two workers on one database and one queue.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { N8nInstance } from '../../tools/n8n/instance';
import { packProject } from '../../tools/n8n/package';
import { RestClient } from '../../tools/n8n/rest';
import {
	DATABASE_USER,
	requireServices,
	type Service,
	startPostgres,
	startRedis,
} from './services';

export class Cluster {
	main!: N8nInstance;
	workers: N8nInstance[] = [];
	rest!: RestClient;
	private readonly services: Service[] = [];
	private packageFolder = '';

	/** @param settings environment variables for all three n8n */
	async start(settings: Record<string, string> = {}): Promise<void> {
		requireServices();
		const redis = await startRedis();
		this.services.push(redis);
		const postgres = await startPostgres();
		this.services.push(postgres);
		this.packageFolder = await mkdtemp(join(tmpdir(), 'n8n-seedance-package-'));
		const tarball = await packProject(this.packageFolder);
		const environment = {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: `${redis.port}`,
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: `${postgres.port}`,
			DB_POSTGRESDB_USER: DATABASE_USER,
			DB_POSTGRESDB_DATABASE: 'postgres',
			N8N_DEFAULT_BINARY_DATA_MODE: 'database',
			N8N_ENCRYPTION_KEY: randomBytes(16).toString('hex'),
			...settings,
		};
		const prepare = async (command: 'start' | 'worker') =>
			await N8nInstance.prepare({ tarball, environment, command });
		[this.main, ...this.workers] = await Promise.all([
			prepare('start'),
			prepare('worker'),
			prepare('worker'),
		]);
		// The main makes the tables; a worker that comes first would find none.
		await this.main.start();
		await Promise.all(this.workers.map((worker) => worker.start()));
		this.rest = await RestClient.connect(this.main.baseUrl);
	}

	/** The worker that has begun an execution, by its own log. */
	workerOf(executionId: string): N8nInstance | undefined {
		return this.workers.find(({ log }) => begunIn(log).includes(executionId));
	}

	async stop(): Promise<void> {
		await this.rest?.close();
		await Promise.all([...this.workers, this.main].map((n8n) => n8n?.stop()));
		await Promise.all(this.services.map((service) => service.stop()));
		if (this.packageFolder !== '') await rm(this.packageFolder, { recursive: true, force: true });
	}
}

/** The executions a worker says it has begun, one entry a time. */
export function begunIn(log: string): string[] {
	return [...log.matchAll(/Worker started execution (\d+)/g)].map(([, id]) => id ?? '');
}
