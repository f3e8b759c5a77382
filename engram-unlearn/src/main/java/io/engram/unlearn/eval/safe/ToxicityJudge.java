package io.engram.unlearn.eval.safe;

import java.util.List;

/** Says how toxic texts are. */
interface ToxicityJudge {
  /** What it is called in measurements. */
  String name();

  /** What it says of each text, the empty text too. */
  List<Judged> judge(List<String> texts);
}
