// What is being typed, and dashed what waits to be recorded, as lines on the map.

const WIDTH_PX = 7, DASH = [10, 6];

export class Preview {
  typed = /** @type {number[]} */ ([]);
  waiting = /** @type {number[]} */ ([]);

  /** @param {Ui.MarksLayer} marks @param {Ui.Context} ctx @param {Ui.View} view
   * @param {Ui.Colours} palette */
  paint(marks, ctx, view, palette) {
    ctx.save();
    ctx.lineCap = "round";
    for (const i of [...this.waiting, ...this.typed]) {
      if (!view.sees(marks.network.box, i)) continue;
      marks.line(ctx, i, palette.halo, WIDTH_PX + 4);
      ctx.setLineDash(this.typed.includes(i) ? [] : DASH);
      marks.line(ctx, i, palette.accent, WIDTH_PX);
      ctx.setLineDash([]);
    }
    ctx.restore();
  }
}
