//! The simulated organization answers as AWS documents, and where moto does not, it is known in what.

use std::process::Command;

use crate::{process::organization, python::python};

/// The least number of assertions that is worth the name of conformance.
const LEAST: usize = 60;

/// Runs the conformance script; all of it must pass.
fn assert_conforms(command: &mut Command) {
    let output = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let passed = stdout.lines().last().and_then(|line| line.strip_suffix(" passed, 0 failed"));
    let enough = passed.and_then(|passed| passed.parse::<usize>().ok()).is_some_and(|passed| passed >= LEAST);
    assert!(output.status.success() && enough, "{}\n{stdout}\n{stderr}", output.status);
}

#[test]
fn the_simulated_organization_answers_as_aws_documents() {
    let organization = organization(6, 30, 7);
    // A source identity is echoed where the role allows one to be set, which the role of AWS Organizations does not.
    organization.sim.with_world_mut(|world| {
        for role in world.accounts.iter_mut().flat_map(|account| account.roles.iter_mut().flatten()) {
            role.trusted_actions = vec!["sts:SetSourceIdentity".into()];
        }
    });
    let expect = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(&expect, &organization.sim.with_world(orgsim::World::truth)).unwrap();
    let mut script = python("tests/wire/conformance.py");
    script.args(["--target", "orgsim", "--endpoint", &organization.url]).arg("--expect").arg(expect.path());
    assert_conforms(script.envs(organization.environment()));
}

#[test]
fn moto_answers_as_aws_documents_but_for_the_differences_that_are_named() {
    assert_conforms(python("tests/wire/conformance.py").args(["--target", "moto"]));
}
