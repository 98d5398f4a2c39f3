// One frame of one map: called when the claim or the slider changes, and once at the beginning.
const map = maps[Number(claim.value)];
const other = plot.tags[0] !== claim.value;  // the claim has changed
if (other) {
  plot.tags = [claim.value];
  about.text = map.about;
  card.text = map.card;
  slider.visible = map.frames.length > 1;
  slider.title = map.further;
  slider.value = map.start;
  for (const [axis, range, scale] of [[map.x, plot.x_range, across], [map.y, plot.y_range, up]]) {
    [range.start, range.end] = axis.ends;
    scale.ticker.ticks = axis.ticks;
    scale.major_label_overrides = new Map(axis.labels);
    scale.axis_label = axis.label;
  }
  const [x, y] = map.marker, [left, right] = map.x.ends, [bottom, top] = map.y.ends;
  marker.data = {x: [x], y: [y]};
  cross.data = {xs: [[left, right], [x, x]], ys: [[y, y], [bottom, top]]};
}
const frame = map.frames[Math.min(slider.value, map.frames.length - 1)];
const [left, right] = map.x.ends, [bottom, top] = map.y.ends;
image.data = {image: [frame.image], x: [left], y: [bottom], dw: [right - left], dh: [top - bottom]};
curve.data = {xs: frame.xs, ys: frame.ys};
hatch.data = frame.hatch;
names.data = frame.names;
legend.text = frame.legend;
value.text = frame.value;
