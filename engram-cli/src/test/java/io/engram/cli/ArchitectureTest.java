package io.engram.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.engram.testkit.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The modules and packages that CONTRIBUTING.md describes. This module sees them all. */
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("engram-testkit"))
          .importPackages("io.engram");

  @Test
  void allModulesAreSeen() {
    for (String module : new String[] {"core", "jinja", "model", "unlearn", "report", "cli"}) {
      assertThat(CLASSES.that(resideInAPackage("io.engram." + module + ".."))).isNotEmpty();
    }
  }

  @Test
  void dataFlowsOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("core")
        .definedBy("io.engram.core..")
        .layer("jinja")
        .definedBy("io.engram.jinja..")
        .layer("model")
        .definedBy("io.engram.model..")
        .layer("unlearn")
        .definedBy("io.engram.unlearn..")
        .layer("report")
        .definedBy("io.engram.report..")
        .layer("cli")
        .definedBy("io.engram.cli..")
        .whereLayer("core")
        .mayNotAccessAnyLayer()
        .whereLayer("jinja")
        .mayNotAccessAnyLayer()
        .whereLayer("jinja")
        .mayOnlyBeAccessedByLayers("model", "unlearn")
        .whereLayer("model")
        .mayOnlyAccessLayers("core", "jinja")
        .whereLayer("unlearn")
        .mayOnlyAccessLayers("core", "jinja", "model")
        .whereLayer("report")
        .mayOnlyAccessLayers("core")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(CLASSES);
  }

  /** Each package by itself: {@code model.decoder} and {@code model.decoder.config} are two. */
  @Test
  void leafPackagesHaveNoCycles() {
    slices().matching("io.engram.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** A package of a module with what is below it: {@code unlearn.eval} has one package a suite. */
  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
      String[] names = javaClass.getPackageName().split("\\.", -1);
      return names.length < 3 || !names[1].equals("engram")
          ? SliceIdentifier.ignore()
          : SliceIdentifier.of(names[2] + (names.length > 3 ? "." + names[3] : ""));
    }

    @Override
    public String getDescription() {
      return "packages of the modules";
    }
  }

  @Test
  void libtorchIsInTheModelModuleAlone() {
    onlyIn("io.engram.model..", "org.bytedeco..");
  }

  /** Tests of the other modules ask {@code io.engram.testkit.model} for what they need of it. */
  @ParameterizedTest
  @ValueSource(strings = {"core", "jinja", "unlearn", "report", "cli"})
  void testsLeaveLibtorchToTheModelModule(String module) {
    Path compiled = Golden.repository("engram-" + module + "/target/test-classes");
    JavaClasses tests = new ClassFileImporter().importPath(compiled);
    noClasses().should().dependOnClassesThat().resideInAPackage("org.bytedeco..").check(tests);
  }

  @Test
  void modelsKnowNothingOfRecipes() {
    noClasses()
        .that()
        .resideInAPackage("io.engram.model..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.engram.core.settings")
        .check(CLASSES);
  }

  @Test
  void sqlIsInOnePackageAlone() {
    onlyIn("io.engram.core.data", "java.sql..");
  }

  @Test
  void onePackageAloneSpeaksToTheNetwork() {
    onlyIn("io.engram.core.hub", "java.net.http..");
  }

  @Test
  void theCommandLinesLibrariesAreInItsModuleAlone() {
    onlyIn("io.engram.cli..", "picocli..");
    onlyIn("io.engram.cli.progress", "me.tongfei..");
  }

  /** engram-spark isn't seen here: what it needs of the others is theirs. */
  @Test
  void sparkIsInAModuleThatNobodyNeeds() {
    onlyIn("io.engram.spark..", "org.apache.spark..");
    onlyIn("io.engram.spark..", "io.engram.spark..");
  }

  @Test
  void onlyTheCommandPrintsAndExits() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.engram.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  private static void onlyIn(String allowed, String library) {
    noClasses()
        .that()
        // What the model module's tests lend to those of the others is on the class path, too.
        .resideOutsideOfPackages(allowed, "io.engram.testkit.model..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }
}
