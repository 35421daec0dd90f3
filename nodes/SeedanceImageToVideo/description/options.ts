// The optional settings, in the collection "Options"; alphabetical, as n8n asks.
import type { INodeProperties } from 'n8n-workflow';
import { DEFAULTS, RANGES } from '../gptproto/reference';
import { AS_TOOL, DELIVERING, SUBMITTING } from './operation';

export const MIN_POLLING_INTERVAL_SECONDS = 0.1;

/**
 * Options that are given as one expression are dropped by n8n, which reads of that text only what an option's name asks of it.
 * So one asks for its length. Options that are added one by one have none, and do not show it.
 */
export const ONE_EXPRESSION = 'length';

// n8n's lint reads a default only as a literal or a plain name.
const { seed } = DEFAULTS;

const submitting = { show: { '/operation': SUBMITTING } };

/** Get Result waits where it is told to. One condition for both ways to wait would need two fields of one name. */
const waiting = { show: { '/operation': DELIVERING } };

export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		// n8n's lint takes a switch's default only as a literal; a test holds them against the reference.
		{
			displayName: 'Camera Fixed',
			name: 'cameraFixed',
			type: 'boolean',
			displayOptions: submitting,
			default: false,
			description: 'Whether to keep the camera still',
		},
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			displayOptions: {
				show: { '/operation': DELIVERING, '/downloadVideo': [true] },
				hide: AS_TOOL,
			},
			default: '',
			placeholder: 'e.g. {{ $json.title }}',
			description:
				'Name of the video file. Where it does not end with .mp4, that is added. Empty means the prediction ID.',
		},
		{
			displayName: 'Generate Audio',
			name: 'generateAudio',
			type: 'boolean',
			displayOptions: submitting,
			default: true,
			description:
				'Whether to generate sound for the video. The Seedance 1.0 models may ignore this.',
		},
		{
			displayName: 'Last Frame Field Name',
			name: 'lastFrameBinaryPropertyName',
			type: 'string',
			typeOptions: { binaryDataProperty: true },
			displayOptions: { ...submitting, hide: { lastFrameInputType: ['url'], ...AS_TOOL } },
			default: '',
			placeholder: 'e.g. lastFrame',
			description: 'The name of the input field holding the image file the video ends with',
		},
		{
			displayName: 'Last Frame Image URL',
			name: 'lastFrameUrl',
			type: 'string',
			displayOptions: { ...submitting, hide: { lastFrameInputType: ['binary'] } },
			default: '',
			placeholder: 'e.g. https://example.com/last-image.png',
			description: 'Address of the image the video ends with: an http(s) URL or a data URI',
		},
		{
			displayName: 'Last Frame Input Type',
			name: 'lastFrameInputType',
			type: 'options',
			displayOptions: { ...submitting, hide: AS_TOOL },
			options: [
				{ name: 'Image URL', value: 'url' },
				{ name: 'Binary File', value: 'binary' },
			],
			default: 'url',
			description:
				'Where the last frame of the video comes from. Needed only where an expression decides it.',
		},
		{
			displayName: 'Max Concurrent Requests',
			name: 'maxConcurrentRequests',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 10,
			description:
				'How many HTTP requests to make at one time. This does not limit how many videos render at one time. Read from the first item.',
		},
		{
			displayName: 'One Expression for All Options',
			name: ONE_EXPRESSION,
			type: 'hidden',
			displayOptions: { show: { [ONE_EXPRESSION]: [{ _cnd: { gt: 0 } }] } },
			default: 0,
			description:
				'Options that are given as one expression are not read by n8n. Remove this one, and add the options one by one.',
		},
		{
			displayName: 'Polling Interval (Seconds)',
			name: 'pollingInterval',
			type: 'number',
			displayOptions: waiting,
			typeOptions: { minValue: MIN_POLLING_INTERVAL_SECONDS },
			default: 4,
			description:
				'How often to ask for the result. The first time is later, and on long waits the interval grows up to three times. Used where the node waits.',
		},
		{
			displayName: 'Seed',
			name: 'seed',
			type: 'number',
			displayOptions: submitting,
			typeOptions: {
				minValue: RANGES.seed.min,
				maxValue: RANGES.seed.max,
				numberPrecision: 0,
			},
			default: seed,
			description: `Number that makes a result repeatable. ${RANGES.seed.min} asks for a random one.`,
		},
		{
			displayName: 'Spending Limit (Seconds)',
			name: 'spendingLimit',
			type: 'number',
			displayOptions: submitting,
			typeOptions: { minValue: 0, numberPrecision: 0 },
			default: 0,
			description:
				'How many seconds of video a run may submit. A run that would submit more is refused before anything is sent. 0 means no limit. Read from the first item. As a tool of an AI agent, each call counts alone.',
		},
		{
			displayName: 'Survive Restarts',
			name: 'surviveRestarts',
			type: 'boolean',
			displayOptions: { ...waiting, hide: AS_TOOL },
			default: false,
			description:
				"Whether to keep the wait in n8n's database. It then survives a restart and holds no worker, but a video is noticed up to about a minute late. Needs n8n 2.41. Used where the node waits.",
		},
		{
			displayName: 'Timeout (Minutes)',
			name: 'timeoutMinutes',
			type: 'number',
			displayOptions: waiting,
			default: 15,
			description:
				'How long an item may take, its time in any queue included. After that the prediction keeps rendering. Use Get Result to fetch it later. Used where the node waits.',
		},
	],
};
