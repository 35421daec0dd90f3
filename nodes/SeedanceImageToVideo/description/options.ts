// The optional settings, in the collection "Options"; alphabetical, as n8n asks.
import type { INodeProperties } from 'n8n-workflow';
import { DEFAULTS, RANGES } from '../api/reference';
import { MIN_POLLING_INTERVAL_SECONDS, OPTION_DEFAULTS } from '../run/limits';
import { SUBMITTING } from './operation';

// n8n's lint reads a default only as a literal or a plain name.
const { cameraFixed, generateAudio, seed } = DEFAULTS;
const { maxConcurrentRequests, pollingIntervalSeconds, timeoutMinutes } = OPTION_DEFAULTS;

/** n8n's lint takes a switch's default only as a literal; the documented one is written in the reference. */
function toggle(property: Omit<INodeProperties, 'type'>): INodeProperties {
	return { ...property, type: 'boolean' };
}

const submitting = { show: { '/operation': SUBMITTING } };
const submittingAndWaiting = { show: { '/operation': ['submitAndWait'] } };
const gettingAndWaiting = {
	show: { '/operation': ['getResult'], '/waitForCompletion': [true] },
};

const pollingInterval: INodeProperties = {
	displayName: 'Polling Interval (Seconds)',
	name: 'pollingInterval',
	type: 'number',
	typeOptions: { minValue: MIN_POLLING_INTERVAL_SECONDS },
	default: pollingIntervalSeconds,
	description:
		'How long to wait before asking for the result. It grows with the wait, at most threefold.',
};

const timeout: INodeProperties = {
	displayName: 'Timeout (Minutes)',
	name: 'timeoutMinutes',
	type: 'number',
	default: timeoutMinutes,
	description:
		'How long to wait for a video before giving up. The prediction goes on at GPTProto; Get Result picks it up later.',
};

export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		toggle({
			displayName: 'Camera Fixed',
			name: 'cameraFixed',
			displayOptions: submitting,
			default: cameraFixed,
			description: 'Whether to keep the camera still',
		}),
		toggle({
			displayName: 'Generate Audio',
			name: 'generateAudio',
			displayOptions: submitting,
			default: generateAudio,
			description:
				'Whether to generate sound for the video. The Seedance 1.0 models may ignore this.',
		}),
		{
			displayName: 'Last Frame Data Field Name',
			name: 'lastFrameBinaryPropertyName',
			type: 'string',
			displayOptions: { show: { ...submitting.show, lastFrameInputType: ['binary'] } },
			default: '',
			placeholder: 'e.g. lastFrame',
			description: 'The name of the input field holding the image the video ends with',
		},
		{
			displayName: 'Last Frame Image URL',
			name: 'lastFrameUrl',
			type: 'string',
			displayOptions: { hide: { lastFrameInputType: ['binary'] }, ...submitting },
			default: '',
			placeholder: 'e.g. https://example.com/last-image.png',
			description: 'Address of the image the video ends with: an http(s) URL or a data URI',
		},
		{
			displayName: 'Last Frame Input Type',
			name: 'lastFrameInputType',
			type: 'options',
			displayOptions: submitting,
			options: [
				{ name: 'Image URL', value: 'url' },
				{ name: 'Binary File', value: 'binary' },
			],
			default: 'url',
			description: 'Where the last frame of the video comes from',
		},
		{
			displayName: 'Max Concurrent Requests',
			name: 'maxConcurrentRequests',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: maxConcurrentRequests,
			description:
				'How many HTTP requests to make at one time. All items are rendered together whatever the number.',
		},
		{ ...pollingInterval, displayOptions: submittingAndWaiting },
		{ ...pollingInterval, displayOptions: gettingAndWaiting },
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
		{ ...timeout, displayOptions: submittingAndWaiting },
		{ ...timeout, displayOptions: gettingAndWaiting },
	],
};
