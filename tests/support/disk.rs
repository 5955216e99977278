//! A disk that forgets what was not synced: it follows the calls of a program, and says what a loss of power leaves.

use super::strace::{Call, Word};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// What is in a folder and below it, by path. A folder has no contents.
pub(crate) type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Reads what is in `folder`.
pub(crate) fn tree_of(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(beneath) = folders.pop() {
        for entry in fs::read_dir(beneath).unwrap() {
            let path = entry.unwrap().path();
            let contents = (!path.is_dir()).then(|| fs::read(&path).unwrap());
            tree.insert(path.strip_prefix(folder).unwrap().to_owned(), contents);
            folders.extend(path.is_dir().then_some(path));
        }
    }
    tree
}

/// Writes it into `folder`.
pub(crate) fn write_tree(tree: &Tree, folder: &Path) {
    for (path, contents) in tree {
        let path = folder.join(path);
        match contents {
            Some(contents) => fs::write(path, contents).unwrap(),
            None => fs::create_dir(path).unwrap(),
        }
    }
}

/// What a loss of power leaves of what was not synced.
#[derive(Clone, Copy)]
pub(crate) enum Left {
    /// Nothing: files are as they were when they were last synced, and so are the names in a folder.
    Nothing,
    /// All names, but no contents: a file that was renamed before it was synced is empty.
    Names,
}

/// A part of the disk, now and when it was last synced.
enum Node {
    File { now: Vec<u8>, synced: Vec<u8> },
    Folder { now: BTreeMap<String, usize>, synced: BTreeMap<String, usize> },
}

/// An open file or folder.
struct Open {
    node: usize,
    path: PathBuf,
    at: usize,
    appends: bool,
}

/// A folder on a disk, with the files that a program has open in it.
pub(crate) struct Disk {
    /// The first is the folder itself.
    nodes: Vec<Node>,
    folder: PathBuf,
    open: HashMap<i64, Open>,
}

impl Disk {
    /// With all of `tree` on it, synced. It will stand for `folder`, in which the program works.
    pub(crate) fn with(tree: &Tree, folder: &Path) -> Self {
        let root = Node::Folder { now: BTreeMap::new(), synced: BTreeMap::new() };
        let mut disk = Self { nodes: vec![root], folder: folder.to_owned(), open: HashMap::new() };
        for (path, contents) in tree {
            disk.nodes.push(match contents {
                Some(contents) => Node::File { now: contents.clone(), synced: contents.clone() },
                None => Node::Folder { now: BTreeMap::new(), synced: BTreeMap::new() },
            });
            let node = disk.nodes.len() - 1;
            disk.set_name(path, Some(node));
        }
        disk.nodes.iter_mut().for_each(Node::sync);
        disk
    }

    /// Follows a call. Returns the path in the folder, or `stdout`, that it is about.
    pub(crate) fn follow(&mut self, call: &Call) -> Option<PathBuf> {
        let path = match call.name.as_str() {
            "openat" => self.path(&call.words[0], &call.words[1])?,
            "mkdir" | "rmdir" | "unlink" | "rename" => {
                self.path(&Word::Other("AT_FDCWD".to_owned()), &call.words[0])?
            }
            "mkdirat" | "unlinkat" | "renameat" | "renameat2" => self.path(&call.words[0], &call.words[1])?,
            _ if call.words[0] == Word::Number(1) => return Some(PathBuf::from("stdout")),
            _ => self.open.get(&call.words[0].number())?.path.clone(),
        };
        // A call that failed, or that the program did not live to see, changed nothing.
        if let Some(result) = call.result.filter(|&result| result >= 0) {
            self.apply(call, &path, result);
        }
        Some(path)
    }

    fn apply(&mut self, call: &Call, path: &Path, result: i64) {
        match (call.name.as_str(), &call.words[..]) {
            ("openat", [_, _, Word::Other(flags), ..]) => {
                let has = |flag| flags.split('|').any(|other| other == flag);
                let node = self.find(path).unwrap_or_else(|| {
                    assert!(has("O_CREAT"), "opened without being there: {}", path.display());
                    self.create(path, Node::File { now: Vec::new(), synced: Vec::new() })
                });
                if let Node::File { now, .. } = &mut self.nodes[node]
                    && has("O_TRUNC")
                {
                    now.clear();
                }
                self.open.insert(result, Open { node, path: path.to_owned(), at: 0, appends: has("O_APPEND") });
            }
            ("close", [file]) => drop(self.open.remove(&file.number())),
            ("write", [file, Word::Text(bytes), ..]) => {
                let (open, bytes) = (self.open.get_mut(&file.number()).unwrap(), &bytes[..result as usize]);
                let Node::File { now, .. } = &mut self.nodes[open.node] else { panic!("a folder was written to") };
                let at = if open.appends { now.len() } else { open.at };
                now.resize(now.len().max(at + bytes.len()), 0);
                now[at..at + bytes.len()].copy_from_slice(bytes);
                open.at = at + bytes.len();
            }
            ("ftruncate", [file, length]) => {
                let node = self.open[&file.number()].node;
                let Node::File { now, .. } = &mut self.nodes[node] else { panic!("a folder was cut") };
                now.resize(length.number() as usize, 0);
            }
            ("fsync" | "fdatasync", [file]) => {
                let node = self.open[&file.number()].node;
                self.nodes[node].sync();
            }
            ("mkdir" | "mkdirat", _) => {
                self.create(path, Node::Folder { now: BTreeMap::new(), synced: BTreeMap::new() });
            }
            ("unlink" | "unlinkat" | "rmdir", _) => self.set_name(path, None),
            ("rename", [_, to]) => self.rename(path, &Word::Other("AT_FDCWD".to_owned()), to, false),
            ("renameat", [_, _, at, to]) => self.rename(path, at, to, false),
            ("renameat2", [_, _, at, to, Word::Other(flags)]) => {
                self.rename(path, at, to, flags == "RENAME_EXCHANGE");
            }
            other => panic!("a call that the disk does not know: {other:?}"),
        }
    }

    fn rename(&mut self, from: &Path, at: &Word, to: &Word, exchanges: bool) {
        let to = self.path(at, to).unwrap();
        let (moved, other) = (self.find(from), self.find(&to).filter(|_| exchanges));
        self.set_name(&to, moved);
        self.set_name(from, other);
    }

    fn create(&mut self, path: &Path, node: Node) -> usize {
        self.nodes.push(node);
        self.set_name(path, Some(self.nodes.len() - 1));
        self.nodes.len() - 1
    }

    /// A path in the folder; `None` for any other place.
    fn path(&self, at: &Word, path: &Word) -> Option<PathBuf> {
        let Word::Text(path) = path else { return None };
        let path = PathBuf::from(String::from_utf8(path.clone()).unwrap());
        let path = match at {
            Word::Number(folder) => self.open.get(folder)?.path.join(path),
            _ => path,
        };
        let path = self.folder.join(path);
        // A path that is joined from its parts has no `.` in it.
        Some(path.strip_prefix(&self.folder).ok()?.components().filter(|part| part.as_os_str() != ".").collect())
    }

    fn find(&self, path: &Path) -> Option<usize> {
        path.components().try_fold(0, |node, part| match &self.nodes[node] {
            Node::Folder { now, .. } => now.get(part.as_os_str().to_str()?).copied(),
            Node::File { .. } => None,
        })
    }

    fn set_name(&mut self, path: &Path, node: Option<usize>) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let parent = self.find(path.parent().unwrap()).unwrap();
        let Node::Folder { now, .. } = &mut self.nodes[parent] else { panic!("{} is a file", path.display()) };
        match node {
            Some(node) => drop(now.insert(name, node)),
            None => drop(now.remove(&name)),
        }
    }

    /// What programs see.
    pub(crate) fn now(&self) -> Tree {
        self.tree(false, false)
    }

    /// What is there when the power comes back.
    pub(crate) fn after_loss_of_power(&self, left: Left) -> Tree {
        self.tree(matches!(left, Left::Nothing), true)
    }

    /// With the names and the contents that were synced, or with those of now.
    fn tree(&self, synced_names: bool, synced_contents: bool) -> Tree {
        let mut tree = Tree::new();
        let mut beneath = vec![(PathBuf::new(), 0)];
        while let Some((path, node)) = beneath.pop() {
            match &self.nodes[node] {
                Node::Folder { now, synced } => {
                    let names = if synced_names { synced } else { now };
                    beneath.extend(names.iter().map(|(name, &node)| (path.join(name), node)));
                    tree.insert(path, None);
                }
                Node::File { now, synced } => {
                    let contents = if synced_contents { synced } else { now };
                    tree.insert(path, Some(contents.clone()));
                }
            }
        }
        tree.remove(Path::new(""));
        tree
    }
}

impl Node {
    fn sync(&mut self) {
        match self {
            Self::File { now, synced } => synced.clone_from(now),
            Self::Folder { now, synced } => synced.clone_from(now),
        }
    }
}
