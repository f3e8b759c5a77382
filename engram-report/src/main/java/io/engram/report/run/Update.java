package io.engram.report.run;

/**
 * One optimizer step as the journal tells it. Losses as the method defines them (nats); a part that
 * the method has not is NaN.
 *
 * @param update counted from 1
 */
public record Update(
    int update,
    double epoch,
    double loss,
    double forgetLoss,
    double retainLoss,
    double gradientNorm,
    double learningRate) {}
