"""Loads what `ract export` wrote, with numpy alone, and recommends.

    python load_export.py DIR ITEM [ITEM ...]

prints the ten best items for someone who has these items, with their scores.
"""

import json
import sys
from pathlib import Path

import numpy as np


class Model:
    def __init__(self, folder):
        folder = Path(folder)
        self.model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        self.weights = np.load(folder / "weights.npz")
        self.items = (folder / "items.txt").read_text(encoding="utf-8").split("\n")[:-1]
        self.number = {item: i for i, item in enumerate(self.items)}

    def scores(self, histories):
        """Scores of all items (users x items) for lists of original ids; ids that are not known are left out."""
        x = np.zeros((len(histories), len(self.items)), dtype=np.float32)
        for row, history in zip(x, histories):
            known = sorted({self.number[item] for item in history if item in self.number})
            row[known] = 1.0 / np.sqrt(max(len(known), 1))
        ops = {
            "sparse_affine": lambda w, b: x @ w + b,
            "affine": lambda h, w, b: h @ w + b,
            "tanh": np.tanh,
            "sigmoid": lambda h: 1.0 / (1.0 + np.exp(-h)),
            "add": np.add,
            "mul": np.multiply,
            "scale": lambda h, factor: h * factor,
            "matmul": lambda a, b, transposed_left=0, transposed_right=0: (
                (a.T if transposed_left else a) @ (b.T if transposed_right else b)
            ),
            "l2_normalize": lambda h: h / np.maximum(np.sqrt((h * h).sum(1, keepdims=True)), 1e-12),
            "layer_norm": lambda h, epsilon: (h - h.mean(1, keepdims=True)) / np.sqrt(h.var(1, keepdims=True) + epsilon),
        }
        values = []
        for node in self.model["nodes"]:
            if node["op"] == "weights":
                values.append(self.weights[node["name"]])
            elif node["op"] == "linear":
                sums = np.zeros_like(x)
                sums[:, node["items"]] = (x[:, node["items"]] > 0) @ self.weights[node["name"]] * node["gain"]
                values.append(sums)
            elif node["op"] == "popularity":
                values.append(np.repeat(self.weights[node["name"]] * node["power"], len(x), 0))
            elif node["op"] == "neighbours":
                values.append(self.neighbours(x, node))
            else:
                numbers = {name: value for name, value in node.items() if name not in ("op", "inputs")}
                values.append(ops[node["op"]](*(values[i] for i in node["inputs"]), **numbers))
        return values[self.model["scores"]]

    def neighbours(self, x, node):
        """gain ln(1 + k / mean(k)), where k are sums over the neighbours of the user's items."""
        pairs = self.weights[node["name"]]
        (of, item), weight = pairs[:, :2].astype(int).T, pairs[:, 2]
        k = np.zeros_like(x)
        for row, user in zip(k, x):
            recommends = user[of] > 0
            np.add.at(row, item[recommends], weight[recommends])
        mean = k.mean(1, keepdims=True)
        return node["gain"] * np.log1p(np.divide(k, mean, out=k, where=mean > 0))


if __name__ == "__main__":
    folder, history = sys.argv[1], sys.argv[2:]
    model = Model(folder)
    scores = model.scores([history])[0]
    scores[[model.number[item] for item in history if item in model.number]] = -np.inf
    for item in np.argsort(-scores, kind="stable")[:10]:
        print(f"{model.items[item]}\t{scores[item]:.6f}")
