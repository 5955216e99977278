//! The module graph of each crate: which module uses which. There are no circles, and in `crates/ract` the arrows run one way
//! through the rooms. `make architecture` prints it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree};

const CRATES: [&str; 4] = ["autodiff", "data", "models", "ract"];

/// The rooms of `crates/ract`, in the order in which data passes through them. Each may use those before it.
const ROOMS: [&str; 13] = [
    "error",
    "metrics",
    "config",
    "plot",
    "tabular",
    "run",
    "training",
    "experiment",
    "recommend",
    "paper",
    "report",
    "serve",
    "commands",
];

/// Modules that use each other, and are meant to. A tape, its handles and the backward pass are one thing in several files. So are
/// the scalar type and the kernels that are written for it.
const TOGETHER: [(&str, &[&str]); 2] = [
    ("autodiff", &["backward", "profile", "tape", "var"]),
    ("autodiff", &["gradient", "kernels", "pool", "scalar", "write"]),
];

/// A module by its names from the crate's root on; the root has none.
type Module = Vec<String>;

/// The modules of a crate, and which uses which.
struct Graph {
    arrows: BTreeMap<Module, BTreeSet<Module>>,
}

impl Graph {
    fn read(crate_folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        gather(&crate_folder.join("src"), &mut Vec::new(), &mut files);
        files.retain(|module: &Module, _| module != &["main"]);
        let exports: BTreeMap<&Module, BTreeMap<String, Vec<String>>> =
            files.iter().map(|(module, file)| (module, exports(file))).collect();
        let arrow = |module: &Module, path: &[String]| -> Option<Module> {
            let mut found = absolute(module, path)?;
            // What a module re-exports is followed to where it is.
            for _ in 0..8 {
                let depth = (0..=found.len()).rev().find(|&depth| files.contains_key(&found[..depth]))?;
                let (owner, rest) = (found[..depth].to_vec(), &found[depth..]);
                let Some(target) = rest.first().and_then(|name| exports[&owner].get(name)) else { return Some(owner) };
                found = absolute(&owner, target)?;
            }
            None
        };
        let arrows = files.iter().map(|(module, file)| {
            let mut uses = Uses::default();
            uses.visit_file(file);
            let used: BTreeSet<Module> = uses.0.iter().filter_map(|path| arrow(module, path)).collect();
            (module.clone(), used.into_iter().filter(|other| other != module).collect())
        });
        Self { arrows: arrows.collect() }
    }

    /// The same between groups of modules.
    fn grouped(&self, group: impl Fn(&Module) -> Option<String>) -> BTreeMap<String, BTreeSet<String>> {
        let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, used) in &self.arrows {
            let Some(of) = group(module) else { continue };
            let others = used.iter().filter_map(&group).filter(|other| *other != of);
            groups.entry(of.clone()).or_default().extend(others);
        }
        groups
    }

    /// Between the rooms: the modules right beneath the root.
    fn rooms(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.grouped(|module| module.first().cloned())
    }

    /// Between the files of a room. A room's own `mod.rs` is shared by all of them and does not count.
    fn files_of(&self, room: &str) -> BTreeMap<String, BTreeSet<String>> {
        self.grouped(|module| match &module[..] {
            [of, file, ..] if of == room => Some(file.clone()),
            _ => None,
        })
    }
}

/// The parsed file of every module beneath `folder`.
fn gather(folder: &Path, path: &mut Module, files: &mut BTreeMap<Module, syn::File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap().path();
        let name = entry.file_stem().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            path.push(name);
            gather(&entry, path, files);
            path.pop();
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let is_folder = name == "mod" || name == "lib";
            let module = path.iter().cloned().chain((!is_folder).then_some(name)).collect();
            let text = fs::read_to_string(&entry).unwrap();
            files.insert(module, syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", entry.display())));
        }
    }
}

/// The path from the crate's root on, of a path that starts at `crate`, `self`, `super`, or at a child of `module`.
fn absolute(module: &Module, path: &[String]) -> Option<Module> {
    let mut from = module.clone();
    let mut rest = path;
    loop {
        match rest.first().map(String::as_str) {
            Some("crate") => from.clear(),
            Some("self") => {}
            Some("super") => drop(from.pop()?),
            _ => break,
        }
        rest = &rest[1..];
    }
    Some(from.into_iter().chain(rest.iter().cloned()).collect())
}

/// What a module gives on: each name with the path behind it.
fn exports(file: &syn::File) -> BTreeMap<String, Vec<String>> {
    let mut exports = BTreeMap::new();
    for item in &file.items {
        if let Item::Use(item) = item
            && !matches!(item.vis, syn::Visibility::Inherited)
        {
            let mut paths = Vec::new();
            flatten(&item.tree, &mut Vec::new(), &mut paths);
            exports.extend(paths.into_iter().filter_map(|path| Some((path.last()?.clone(), path))));
        }
    }
    exports
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let mut with = |last: Option<String>| paths.push(before.iter().cloned().chain(last).collect());
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => with(None),
        UseTree::Name(name) => with(Some(name.ident.to_string())),
        UseTree::Rename(rename) => with(Some(rename.ident.to_string())),
        UseTree::Glob(_) => with(None),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, paths)),
    }
}

/// All paths that start at `crate`, `self` or `super`, tests left out.
#[derive(Default)]
struct Uses(Vec<Vec<String>>);

impl Uses {
    fn add(&mut self, path: Vec<String>) {
        if path.first().is_some_and(|first| ["crate", "self", "super"].contains(&first.as_str())) {
            self.0.push(path);
        }
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
    })
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut paths = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut paths);
        paths.into_iter().for_each(|path| self.add(path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

/// Everything that can be reached from `start`.
fn reachable<'a>(arrows: &'a BTreeMap<String, BTreeSet<String>>, start: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut stack) = (BTreeSet::new(), vec![start]);
    while let Some(node) = stack.pop() {
        for next in arrows.get(node).into_iter().flatten() {
            if seen.insert(next.as_str()) {
                stack.push(next);
            }
        }
    }
    seen
}

/// The largest sets in which each can be reached from each.
fn circles(arrows: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<BTreeSet<&str>> {
    let reach: BTreeMap<&str, _> = arrows.keys().map(|node| (node.as_str(), reachable(arrows, node))).collect();
    let circle = |node: &str| {
        let mutual =
            reach[node].iter().copied().filter(|other| reach.get(other).is_some_and(|back| back.contains(node)));
        mutual.collect::<BTreeSet<_>>()
    };
    reach.keys().map(|node| circle(node)).filter(|circle| !circle.is_empty()).collect()
}

/// The number of modules on the longest way through the graph; those of a circle stand on one floor.
fn floors(arrows: &BTreeMap<String, BTreeSet<String>>) -> usize {
    let mut floor: BTreeMap<&str, usize> = arrows.keys().map(|node| (node.as_str(), 1)).collect();
    let reach: BTreeMap<&str, _> = arrows.keys().map(|node| (node.as_str(), reachable(arrows, node))).collect();
    for _ in 0..arrows.len() {
        for (node, used) in arrows {
            let below = used.iter().filter(|other| !reach[other.as_str()].contains(node.as_str()));
            let highest = below.map(|other| floor[other.as_str()]).max().unwrap_or(0);
            floor.insert(node, highest + 1);
        }
    }
    floor.into_values().max().unwrap_or(0)
}

/// The repository, or another tree of the same crates: `ARCHITECTURE_OF`.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("ARCHITECTURE_OF").map_or(here, PathBuf::from)
}

#[test]
fn the_rooms_of_every_crate_and_the_files_of_every_room_have_no_circles() {
    let mut found = Vec::new();
    for name in CRATES {
        let graph = Graph::read(&root().join("crates").join(name));
        let rooms = graph.rooms();
        let arrows: usize = rooms.values().map(BTreeSet::len).sum();
        let all: usize = graph.arrows.values().map(BTreeSet::len).sum();
        println!(
            "\n{name}: {} rooms on {} floors, {arrows} arrows between them ({} files, {all} arrows between them)",
            rooms.len(),
            floors(&rooms),
            graph.arrows.len()
        );
        for (room, used) in &rooms {
            println!("  {room} -> {}", used.iter().cloned().collect::<Vec<_>>().join(", "));
        }
        let of_rooms = rooms.keys().map(|room| (format!("{name}/{room}"), graph.files_of(room)));
        for (place, arrows) in [(name.to_owned(), rooms.clone())].into_iter().chain(of_rooms) {
            let is_meant = |circle: &BTreeSet<&str>| {
                TOGETHER
                    .iter()
                    .any(|(of, modules)| *of == place && modules.iter().copied().collect::<BTreeSet<_>>() == *circle)
            };
            let circles = circles(&arrows).into_iter().filter(|circle| !is_meant(circle));
            found.extend(circles.map(|circle| format!("{place}: {circle:?}")));
        }
    }
    println!(
        "\ncircles: {}, beside {} groups of modules that are meant to use each other",
        found.len(),
        TOGETHER.len()
    );
    assert!(found.is_empty(), "modules that use each other:\n{}", found.join("\n"));
}

#[test]
fn the_arrows_between_the_rooms_of_ract_run_one_way() {
    let rooms = Graph::read(&root().join("crates/ract")).rooms();
    for (room, used) in &rooms {
        let place = |name: &str| ROOMS.iter().position(|room| *room == name);
        let of = place(room).unwrap_or_else(|| panic!("{room} is no room of the plan (ARCHITECTURE.md)"));
        for other in used {
            assert!(place(other) < Some(of), "{room} uses {other}, which comes after it");
        }
    }
}
