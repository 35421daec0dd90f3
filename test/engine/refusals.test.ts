// A refusal stops what it will meet again, and nothing else.
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { items, useEngine } from './harness';

const engine = useEngine();

const ONE_BY_ONE = { pollingInterval: 0.1, maxConcurrentRequests: 1 };
const TWO_MODELS =
	'={{ $json.n % 2 ? "doubao-seedance-1-0-pro-250528" : "doubao-seedance-2-0-260128" }}';

it("leaves the other models of a batch alone after one model's 403", async () => {
	let refused = 0;
	// The key may not use the first item's model.
	engine.sandbox.plan({
		on: 'submit',
		kind: 'forbidden',
		times: Infinity,
		match: ({ prompt }) => Number(prompt.slice(4)) % 2 === 0 && ++refused > 0,
	});
	const run = await engine.run({
		items: items(6),
		onError: 'continueErrorOutput',
		parameters: { prompt: '=Fox {{ $json.n }}', model: TWO_MODELS, options: ONE_BY_ONE },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(3);
	expect(itemsOf(run, FAILED)).toHaveLength(3);
	expect(refused).toBe(1);
});

it('stops all models after a 401', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'unauthorized', times: Infinity });
	const run = await engine.run({
		items: items(6),
		onError: 'continueErrorOutput',
		parameters: { model: TWO_MODELS, options: ONE_BY_ONE },
	});
	expect(itemsOf(run, FAILED)).toHaveLength(6);
	expect(engine.submissions()).toHaveLength(1);
});
