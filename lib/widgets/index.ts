/** Widgets for notebooks: controls that people move in JupyterLab, VS Code and on slides, in ipywidgets' own protocol. */
export { Box, hbox, link, vbox } from './box';
export { Button, button, type ButtonOptions, type ButtonStyle } from './button';
export { Choice, type ChoiceOptions, dropdown, toggleButtons } from './choice';
export { type Control, interact, Interaction, type InteractOptions, type Run, type Values } from './interact';
export { Output, output } from './output';
export { type BarStyle, Progress, progress, type ProgressOptions } from './progress';
export { Play, play, type PlayOptions, Slider, slider, type SliderOptions } from './slider';
export { Checkbox, checkbox, type CheckboxOptions, html, Label, label, Text, text, type TextOptions } from './text';
export { ValueWidget, Widget, type WidgetOptions } from './widget';
