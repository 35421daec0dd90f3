import { inTheEditor } from './in-the-editor';

inTheEditor('1.100.1');
