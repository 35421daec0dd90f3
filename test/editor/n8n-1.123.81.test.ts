import { inTheEditor } from './in-the-editor';

inTheEditor('1.123.81');
